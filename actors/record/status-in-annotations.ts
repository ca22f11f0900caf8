// The status of a run that has no custom resource: it lies in annotations of the VirtualService, two of which are as old
// as the command that first wrote them. A person who changes those two is believed.
import type {Cluster, KubeObject, Operation} from '../../services/kubernetes/cluster.ts';
import {known} from '../../services/objects/rewrite.ts';

/** The revision that a run was last begun with. */
const REVISION = 'apps.weave.works/progressive-revision';
/** `running` or `finished`, as ever; `failed` where a run was rolled back. */
const STATUS = 'apps.weave.works/progressive-status';
/** The whole status as JSON, so that a killed run goes on where it was. */
const RECORD = 'aviary.dev/rollout-record';

type Status = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const words: Readonly<Record<string, string>> = {Succeeded: 'finished', Initialized: 'finished', Failed: 'failed'};

const annotationsOf = (status: Status): Readonly<Record<string, string>> => ({
	[REVISION]: text(status['lastAppliedSpec']),
	[STATUS]: words[text(status['phase'])] ?? 'running',
	[RECORD]: JSON.stringify(status),
});

const parsed = (json: string | undefined): Status => {
	try {
		const value: unknown = JSON.parse(json ?? '');
		return typeof value === 'object' && value !== null ? (value as Status) : {};
	} catch {
		return {};
	}
};

/** What the two old annotations alone tell. */
const fromWords = (revision: string, word: string | undefined): Status => {
	switch (word) {
		case 'finished': {
			return {phase: 'Succeeded', lastAppliedSpec: revision, lastPromotedSpec: revision};
		}

		case 'failed': {
			return {phase: 'Failed', lastAppliedSpec: revision};
		}

		case 'running': {
			return {phase: 'Progressing', lastAppliedSpec: revision};
		}

		default: {
			return {};
		}
	}
};

const statusIn = ({metadata: {annotations = {}}}: KubeObject): Status => {
	const {[REVISION]: revision, [STATUS]: word, [RECORD]: record} = annotations;
	if (revision === undefined) {
		return {};
	}

	const status = parsed(record);
	const agrees = annotationsOf(status)[REVISION] === revision && annotationsOf(status)[STATUS] === word;
	return agrees && status['phase'] !== undefined ? status : fromWords(revision, word);
};

/** The VirtualService as an object whose status is that of the run. */
export const withStatus = (route: KubeObject): KubeObject => ({...route, status: statusIn(route)});

const annotating = (route: KubeObject | undefined, status: Status): readonly Operation[] => [
	// The version is tested with it, so that nothing that came since is dropped.
	...(route?.metadata.annotations === undefined
		? [{op: 'add', path: '/metadata/annotations', value: {}} satisfies Operation]
		: []),
	...Object.entries(annotationsOf(status)).map(([key, value]): Operation => ({
		op: 'add',
		path: `/metadata/annotations/${key.replaceAll('/', '~1')}`,
		value,
	})),
];

/** The cluster as a StatusWriter sees it: what it writes to the status of a VirtualService goes to annotations. */
export const keptInAnnotations = (cluster: Cluster): Cluster => ({
	...cluster,
	async read(...wanted) {
		const route = await cluster.read(...wanted);
		return route && withStatus(route);
	},
	async patch(resource, namespace = '', name, operations, {subresource: _, ...options}) {
		const route = await known(cluster, resource, namespace, name, options.signal);
		const written = operations.flatMap((operation) =>
			operation.path === '/status' && 'value' in operation ? annotating(route, operation.value as Status) : [operation],
		);
		return withStatus(await cluster.patch(resource, namespace, name, written, options));
	},
});
