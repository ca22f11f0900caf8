// GET of a pod's log: what there is, or what comes too.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {badRequest} from './errors.ts';
import {listOf, recordOf, shown} from './json.ts';
import {textAnswer, type ApiAnswer, type ApiStream} from './messages.ts';
import {mustGet, type ApiStore} from './store.ts';
import type {Target} from './targets.ts';

export type PodLogRequest = {
	readonly namespace: string;
	readonly name: string;
	readonly container: string;
};

/** A container's log. */
export type PodLog = {
	/** What has been said until now, each line with its end. */
	readonly text: string;
	/** Calls back with each further line (without its end); the answer ends that. */
	readonly follow?: (onLine: (line: string) => void) => () => void;
};

/** Where logs come from; undefined for a pod that says nothing. */
export type PodLogs = (request: PodLogRequest) => PodLog | string | undefined;

const containerOf = (pod: KubeObject, wanted: string): string => {
	const names = listOf(pod.spec?.['containers']).map((container) => String(recordOf(container)['name']));
	const {name} = pod.metadata;
	if (wanted === '' && names.length > 1) {
		throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
	}

	const found = wanted === '' ? names[0] : wanted;
	if (found === undefined || !names.includes(found))
		throw badRequest(`container ${wanted} is not valid for pod ${name}`);
	return found;
};

const checkStarted = (pod: KubeObject, container: string): void => {
	const statuses = listOf(pod.status?.['containerStatuses']).map((status) => recordOf(status));
	const waiting = recordOf(recordOf(statuses.find(({name}) => name === container)?.['state'])['waiting']);
	const isPending = pod.status?.['phase'] === 'Pending';
	if (!isPending) return;
	const reason = waiting['reason'] ?? 'ContainerCreating';
	throw badRequest(`container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${shown(reason)}`);
};

/** The last lines of a text; all of them without a number. */
const tailOf = (text: string, tail: string | null): string => {
	if (tail === null) return text;
	const lines = text.split(/(?<=\n)/u).filter((line) => line !== '');
	return lines.slice(Math.max(0, lines.length - Number(tail))).join('');
};

/** Follows the log until the pod goes, which also ends a real one. */
const following = (store: ApiStore, target: Target, log: PodLog, text: string): ApiStream => ({
	status: 200,
	headers: {'content-type': 'text/plain; charset=utf-8'},
	start(onLine, onEnd = () => {}) {
		if (text !== '') onLine(text.replace(/\n$/u, ''));
		const stopLog = log.follow?.(onLine);
		const selection = {
			...(target.namespace !== undefined && {namespace: target.namespace}),
			fieldSelector: `metadata.name=${target.name ?? ''}`,
		};
		const stopWatch = store.watch(target.kind.key, selection, ({type}) => {
			if (type !== 'DELETED') return;
			stop();
			onEnd();
		});
		const stop = (): void => {
			stopLog?.();
			stopWatch();
		};

		return stop;
	},
});

/** Answers with a container's log: `container`, `tailLines`, `follow` and `previous` of the query are heeded. */
export const podLog = (
	store: ApiStore,
	target: Target,
	query: URLSearchParams,
	logs: PodLogs | undefined,
): ApiAnswer | ApiStream => {
	const {namespace = '', name = ''} = target;
	const pod = mustGet(store, target.kind.key, namespace, name);
	const container = containerOf(pod, query.get('container') ?? '');
	checkStarted(pod, container);
	if (query.get('previous') === 'true') {
		throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
	}

	const said = logs?.({namespace, name, container}) ?? '';
	const log = typeof said === 'string' ? {text: said} : said;
	const text = tailOf(log.text, query.get('tailLines'));
	return query.get('follow') === 'true' ? following(store, target, log, text) : textAnswer(200, text);
};
