// The requests about one Lease: none is repeated here, for each has its own moment.
import type {Api} from '../kubernetes/api.ts';
import type {KubeObject} from '../kubernetes/cluster.ts';
import {garbled, isAbsent} from '../kubernetes/failures.ts';
import {isObjectOf, resourceName} from '../kubernetes/objects.ts';
import {leases, pathOf} from '../kubernetes/resources.ts';

export type LeaseName = {readonly namespace: string; readonly name: string};

type Options = {readonly signal: AbortSignal; readonly timeoutMs: number};

export type LeaseClient = {
	/** Undefined when it does not exist. All of these reject with ApiError only. */
	read(options: Options): Promise<KubeObject | undefined>;
	create(spec: Record<string, unknown>, options: Options): Promise<KubeObject>;
	/** Refused when the Lease is no longer as it was seen. */
	replace(seen: KubeObject, spec: Record<string, unknown>, options: Options): Promise<KubeObject>;
};

export const createLeaseClient = (api: Api, {namespace, name}: LeaseName): LeaseClient => {
	const request = {resource: resourceName(leases), about: `${name}.${namespace}`, patient: false};
	const accept = (answer: unknown, verb: string): KubeObject => {
		if (!isObjectOf(leases, answer)) {
			throw garbled(`${verb} ${request.resource} ${request.about}`, 'the answer is no Lease');
		}

		return answer;
	};

	return {
		async read(options) {
			const path = pathOf(leases, namespace, name);
			const expected: NonNullable<Parameters<Api['request']>[0]['expected']> = (refused) => isAbsent(refused, name);
			const answer = await api.request({...request, ...options, verb: 'get', path, expected});
			return answer === undefined ? undefined : accept(answer, 'GET');
		},
		async create(spec, options) {
			const body = {apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {namespace, name}, spec};
			const path = pathOf(leases, namespace);
			return accept(await api.request({...request, ...options, verb: 'create', path, body}), 'POST');
		},
		async replace({metadata: {uid, resourceVersion}}, spec, options) {
			const body = [
				{op: 'test', path: '/metadata/uid', value: uid},
				{op: 'test', path: '/metadata/resourceVersion', value: resourceVersion},
				{op: 'add', path: '/spec', value: spec},
			];
			const path = pathOf(leases, namespace, name);
			const contentType = 'application/json-patch+json';
			return accept(await api.request({...request, ...options, verb: 'patch', path, body, contentType}), 'PATCH');
		},
	};
};
