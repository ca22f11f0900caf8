// The objects that the cases are about, as small as servers allow.
import {readFileSync} from 'node:fs';
import type {Answer, Json} from './client.ts';
import {documentsOf, type Place} from './contract.ts';

export const CANARIES = 'flagger.app/v1beta1/canaries';
export const DEPLOYMENTS = 'apps/v1/deployments';
export const REVISIONS = 'apps/v1/controllerrevisions';
export const SERVICES = 'v1/services';
export const CONFIG_MAPS = 'v1/configmaps';
export const EVENTS = 'v1/events';
export const AUTOSCALERS = 'autoscaling/v2/horizontalpodautoscalers';
export const LEASES = 'coordination.k8s.io/v1/leases';

export const canary = (name: string, spec: Json = {}, metadata: Json = {}): Json => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata: {name, ...metadata},
	spec: {targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name}, ...spec},
});

/** At no replicas, so that controllers have nothing to do but to say so. */
export const deployment = (name: string, spec: Json = {}, metadata: Json = {}): Json => ({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name, ...metadata},
	spec: {
		replicas: 0,
		selector: {matchLabels: {app: name}},
		template: {metadata: {labels: {app: name}}, spec: {containers: [{name: 'web', image: 'podinfo:1'}]}},
		...spec,
	},
});

export const configMap = (name: string, data: Json = {}, metadata: Json = {}): Json => ({
	apiVersion: 'v1',
	kind: 'ConfigMap',
	metadata: {name, ...metadata},
	data,
});

export const ownerOf = ({apiVersion, kind, metadata}: Json): Json => ({
	apiVersion,
	kind,
	name: metadata.name,
	uid: metadata.uid,
	controller: true,
	blockOwnerDeletion: true,
});

const ARTIFACTS = new URL('../../artifacts/', import.meta.url);

/** An object of `artifacts/`, without its namespace. */
export const artifact = (file: string): Json => {
	const [object] = documentsOf(readFileSync(new URL(file, ARTIFACTS), 'utf8'));
	const {namespace: _, ...metadata} = (object ?? {})['metadata'] as Json;
	return {...object, metadata};
};

/** What a server once read back, kept as `expected/<name>.json`. */
export const expected = (name: string): Json =>
	JSON.parse(readFileSync(new URL(`expected/${name}.json`, import.meta.url), 'utf8')) as Json;

/** A refusal without what merely repeats: code, reason and message. */
export const refusal = ({status, body}: Answer): readonly [number, string, string] => [
	status,
	String(body['reason']),
	String(body['message']),
];

/** Repeats a read until its answer fits: controllers write to objects, too. */
export const eventually = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => {
	const deadline = performance.now() + 90_000;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined) {
			return answer;
		}

		if (performance.now() > deadline) {
			throw new Error(`never: ${what}`);
		}

		await new Promise((resolve) => {
			setTimeout(resolve, 20);
		});
	}
};

/** The object once controllers have seen it, and so will leave it alone. */
export const settled = ({read}: Place, name: string): Promise<Json> =>
	eventually(`${name} to be observed`, async () => {
		const object = await read(DEPLOYMENTS, name);
		const {status = {}, metadata} = object;
		const isQuiet = status.observedGeneration === metadata.generation && (status.conditions ?? []).length > 0;
		return isQuiet && metadata.annotations?.['deployment.kubernetes.io/revision'] !== undefined ? object : undefined;
	});
