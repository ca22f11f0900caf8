// One object, read live.
import type {Api} from './api.ts';
import type {KubeObject, Resource} from './cluster.ts';
import {garbled, isAbsent} from './failures.ts';
import {isObjectOf, resourceName} from './objects.ts';
import {pathOf} from './resources.ts';

export type WhichObject = {
	readonly resource: Resource;
	readonly namespace: string | undefined;
	readonly name: string;
	readonly signal?: AbortSignal | undefined;
	/** False: one attempt, for callers with a back-off of their own. */
	readonly patient?: boolean;
};

/** `podinfo.test`; `podinfo` without a namespace. */
export const aboutOf = (namespace: string | undefined, name: string): string =>
	namespace === undefined ? name : `${name}.${namespace}`;

/** The object as it came; undefined when there is none. ApiError `MalformedAnswer` for something else. */
export const getObject = async (
	api: Api,
	{resource, namespace, name, signal, patient = true}: WhichObject,
): Promise<KubeObject | undefined> => {
	const about = aboutOf(namespace, name);
	const answer = await api.request({
		verb: 'get',
		resource: resourceName(resource),
		path: pathOf(resource, namespace, name),
		about,
		signal,
		patient,
		expected: (refused) => isAbsent(refused, name),
	});
	if (answer === undefined || isObjectOf(resource, answer)) return answer;
	const kind = String(answer['kind']).slice(0, 60);
	throw garbled(`GET ${resourceName(resource)} ${about}`, `the answer is no ${resource.kind} but ${kind}`);
};
