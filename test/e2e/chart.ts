// The chart as helm renders it.
import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import {objectsOf} from '../../sandbox/embedded.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {artifact} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';

export const CHART = artifact('charts/aviary');

/** Its values file as the peer ships it. */
export const PEER_VALUES = path.join(import.meta.dirname, 'peer-values.yaml');

export type Result = {readonly stdout: string; readonly stderr: string; readonly code: number};

export type Helm = {
	readonly helm: (...args: readonly string[]) => Promise<Result>;
	/** The chart's objects with these arguments; throws with what helm says. */
	readonly rendered: (...args: readonly string[]) => Promise<readonly KubeObject[]>;
};

/** Without a KUBECONFIG it can render, and nothing else. */
export const createHelm = (environment: {readonly HOME: string; readonly KUBECONFIG?: string}): Helm => {
	const program = path.join(builtAssets(), 'helm');
	const helm: Helm['helm'] = async (...args) => {
		const env = {...environment, PATH: '/usr/bin:/bin'};
		try {
			return {...(await promisify(execFile)(program, args, {env, timeout: 120_000})), code: 0};
		} catch (error) {
			return error as Result;
		}
	};
	return {
		helm,
		rendered: async (...args) => {
			const {stdout, stderr, code} = await helm('template', 'aviary', CHART, '-n', 'aviary-system', ...args);
			if (code !== 0) {
				throw new Error(stderr);
			}

			return objectsOf(stdout);
		},
	};
};

export const byName = (objects: readonly KubeObject[]): Readonly<Record<string, KubeObject>> =>
	Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));

type PodSpec = {containers: [{args: readonly string[]}]};

export const podSpecOf = (deployment: KubeObject | undefined): PodSpec => {
	const {spec} = (deployment?.spec?.['template'] ?? {}) as {spec: PodSpec};
	return spec;
};
