// Builds the programs of a real control plane from Go modules, once for each go.mod, into a cache outside the tree.
import {createHash} from 'node:crypto';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {chmod, copyFile, mkdir, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {assetsCache} from '../../../sandbox/real/assets.ts';

const MODULE = import.meta.dirname;
const FILES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl', 'helm', 'istio-crds.yaml'];

const isComplete = (folder: string): boolean => FILES.every((name) => existsSync(path.join(folder, name)));

/** Without these, /version says v0.0.0-master; kubectl, the controllers and Helm reason about the wrong release. */
const versionFlags = (goMod: string): string => {
	const version = /^\s*k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/mu.exec(goMod);
	if (!version) {
		throw new Error('go.mod requires no k8s.io/kubernetes');
	}

	const facts = {gitVersion: version[1], gitMajor: version[2], gitMinor: version[3], gitTreeState: 'clean'};
	const ofKubernetes = Object.entries(facts).map(
		([name, value]) => `-X k8s.io/component-base/version.${name}=${value ?? ''}`,
	);
	const ofHelm = ['pkg/chartutil', 'pkg/lint/rules'].flatMap((place) => [
		`-X helm.sh/helm/v3/${place}.k8sVersionMajor=${version[2] ?? ''}`,
		`-X helm.sh/helm/v3/${place}.k8sVersionMinor=${version[3] ?? ''}`,
	]);
	return [...ofKubernetes, ...ofHelm].join(' ');
};

const buildArguments = (goMod: string): string[] => ['-trimpath', '-ldflags', `-s -w ${versionFlags(goMod)}`];

/** Where the assets are or will be: $KUBE_ASSETS if it holds them all, else a folder named after go.mod and go.sum. */
export const assetsFolder = (): string => {
	const given = process.env['KUBE_ASSETS'];
	if (given && isComplete(given)) {
		return given;
	}

	const goMod = readFileSync(path.join(MODULE, 'go.mod'), 'utf8');
	const hash = createHash('sha256')
		.update(goMod)
		.update(readFileSync(path.join(MODULE, 'go.sum')))
		.update([process.platform, process.arch, ...buildArguments(goMod)].join(' '))
		.digest('hex');
	return path.join(assetsCache(process.env), hash.slice(0, 16));
};

/** The assets of an earlier build; tests use this, so that none of them builds for minutes within its time limit. */
export const builtAssets = (): string => {
	const folder = assetsFolder();
	if (!isComplete(folder)) {
		const command = 'npx node test/e2e/control-plane/build-assets.ts';
		throw new Error(`No control plane in ${folder}; build it with: ${command}`);
	}

	return folder;
};

/** Runs `go` in this module and returns what it printed. */
const go = async (...args: string[]): Promise<string> => {
	const child = spawn('go', args, {
		cwd: MODULE,
		env: {...process.env, CGO_ENABLED: '0', GOWORK: 'off'},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let output = '';
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		output += chunk;
	});
	const [code] = (await once(child, 'close')) as [number | null];
	if (code !== 0) {
		throw new Error(`go ${args[0] ?? ''} ended with ${code ?? 'a signal'}`);
	}

	return output.trim();
};

/** Builds what is missing and returns the folder; whole or not there at all, for it appears by one rename. */
const buildAssets = async (say: (text: string) => void = () => {}): Promise<string> => {
	const folder = assetsFolder();
	if (isComplete(folder)) {
		return folder;
	}

	say(`Building etcd and Kubernetes into ${folder}; the first time takes some minutes`);
	const scratch = `${folder}.${process.pid}.tmp`;
	await mkdir(scratch, {recursive: true});
	try {
		const goMod = await readFile(path.join(MODULE, 'go.mod'), 'utf8');
		await go('build', ...buildArguments(goMod), '-o', `${scratch}${path.sep}`, 'tool');
		// Go names a program after the folder of its main package, and etcd's is called server.
		await rename(path.join(scratch, 'server'), path.join(scratch, 'etcd'));
		await go('mod', 'download', 'istio.io/api');
		const istio = await go('list', '-m', '-f', '{{.Dir}}', 'istio.io/api');
		const crds = path.join(scratch, 'istio-crds.yaml');
		await copyFile(path.join(istio, 'kubernetes', 'customresourcedefinitions.gen.yaml'), crds);
		// The module cache is read-only, and so would be a copy.
		await chmod(crds, 0o644);
		await rename(scratch, folder).catch((error: unknown) => {
			// Another build may have been first; its result is as good as ours.
			if (!isComplete(folder)) {
				throw error;
			}
		});
	} finally {
		await rm(scratch, {recursive: true, force: true});
	}

	return folder;
};

if (import.meta.main) {
	const folder = await buildAssets((text) => process.stderr.write(`${text}\n`));
	process.stdout.write(`${folder}\n`);
}
