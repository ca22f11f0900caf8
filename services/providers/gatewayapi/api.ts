// The Gateway API's HTTPRoute, as far as a canary's route is made of it.
import {at} from '../../../api/reading.ts';
import type {KubeObject, Resource} from '../../kubernetes/cluster.ts';

export const GROUP = 'gateway.networking.k8s.io';

/** In the version that clusters prefer; `v1beta1` is the same in all that is written here. */
export const httpRoutes: Resource = {
	group: GROUP,
	version: 'v1',
	plural: 'httproutes',
	kind: 'HTTPRoute',
};

export type ParentRef = {
	readonly group?: string;
	readonly kind?: string;
	readonly name?: string;
	readonly namespace?: string;
	readonly sectionName?: string;
	readonly port?: number;
};

export type BackendRef = {
	readonly group?: string;
	readonly kind?: string;
	readonly name?: string;
	readonly namespace?: string;
	readonly port?: number;
	readonly weight?: number;
};

export type Rule = {readonly backendRefs?: readonly BackendRef[]; readonly [field: string]: unknown};

const listAt = (object: KubeObject, ...path: readonly string[]): readonly unknown[] => {
	const found = at(object, ...path);
	return Array.isArray(found) ? (found as readonly unknown[]) : [];
};

export const rulesOf = (route: KubeObject): readonly Rule[] => listAt(route, 'spec', 'rules') as readonly Rule[];
export const parentRefsOf = (route: KubeObject): readonly ParentRef[] =>
	listAt(route, 'spec', 'parentRefs') as readonly ParentRef[];

export type Condition = {
	readonly type?: string;
	readonly status?: string;
	readonly reason?: string;
	readonly message?: string;
	readonly observedGeneration?: number;
};

export type ParentStatus = {readonly parentRef?: ParentRef; readonly conditions?: readonly Condition[]};

export const parentStatusesOf = (route: KubeObject): readonly ParentStatus[] =>
	listAt(route, 'status', 'parents') as readonly ParentStatus[];
