// Where the programs of a real control plane are: in the folder KUBE_ASSETS, or where `npm run build:control-plane`
// leaves them.
import {existsSync, readdirSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';

/** What a sandbox of real binaries needs. */
const NEEDED = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl', 'istio-crds.yaml'];

/** There is no control plane to start. */
export class NoControlPlane extends Error {
	readonly remedy: string;

	constructor(message: string, remedy: string) {
		super(message);
		this.name = 'NoControlPlane';
		this.remedy = remedy;
	}
}

const missingIn = (folder: string): readonly string[] => NEEDED.filter((name) => !existsSync(path.join(folder, name)));

/** The folder under which each build of the control plane has one. */
export const assetsCache = (environment: NodeJS.ProcessEnv): string =>
	path.join(environment['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'aviary', 'kube-assets');

/** The folder of KUBE_ASSETS, else the newest complete one of the cache. Throws NoControlPlane. */
export const findAssets = (environment: NodeJS.ProcessEnv): string => {
	const given = environment['KUBE_ASSETS'];
	if (given) {
		const missing = missingIn(given);
		if (missing.length > 0) {
			throw new NoControlPlane(
				`--real: KUBE_ASSETS is ${given}, which lacks ${missing.join(', ')}`,
				'put them there, or unset KUBE_ASSETS and run: npm run build:control-plane',
			);
		}

		return given;
	}

	const cache = assetsCache(environment);
	const builds = existsSync(cache) ? readdirSync(cache).map((name) => path.join(cache, name)) : [];
	const complete = builds.filter((folder) => !folder.endsWith('.tmp') && missingIn(folder).length === 0);
	const [newest] = complete.toSorted((left, right) => statSync(right).mtimeMs - statSync(left).mtimeMs);
	if (newest === undefined) {
		throw new NoControlPlane(
			`--real: there is no control plane in ${cache}, and KUBE_ASSETS names none`,
			`run npm run build:control-plane, or let KUBE_ASSETS name a folder with ${NEEDED.join(', ')}`,
		);
	}

	return newest;
};
