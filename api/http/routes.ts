// Every request of the HTTP interface, with what it takes and what it answers: the daemon serves these, and the
// description (docs/reference/openapi.json) is made of them.
import type {TSchema} from '@sinclair/typebox';
import {canaryDetail, explanation} from './canary-views.ts';
import {chartView} from './chart-view.ts';
import {revisionDiffView} from './diff-views.ts';
import {about, canaryList, commandGiven, commandRequest} from './requests.ts';
import {runList, runView} from './run-views.ts';
import {seriesView} from './series-views.ts';
import type {RefusalCode} from './requests.ts';

export type RouteDescription = {
	readonly method: 'GET' | 'POST';
	/** Relative, with names in braces. */
	readonly path: string;
	/** `public`: anybody. `reader`: whoever may read. `caller`: with the caller's own token, always. */
	readonly access: 'public' | 'reader' | 'caller';
	readonly summary: string;
	/** Absent for a stream, and for this description itself. */
	readonly answer?: TSchema;
	readonly body?: TSchema;
	/** 200 when absent. */
	readonly status?: number;
	readonly query?: Readonly<Record<string, string>>;
	/** Refusals beside those that every request may have. */
	readonly refusals: readonly RefusalCode[];
	readonly isStream?: boolean;
	readonly isText?: boolean;
};

const ROOT = 'api/v1';
const CANARY = `${ROOT}/canaries/{namespace}/{name}`;
const kind = {kind: '`Rollout` for a Rollout of that name; a Canary without it'};
const unknown = ['not-found', 'following'] as const;

const aboutCanaries = {
	canaries: {
		method: 'GET',
		path: `${ROOT}/canaries`,
		access: 'reader',
		summary: 'All Canaries',
		answer: canaryList,
		query: {namespace: 'Only those of this namespace'},
		refusals: ['following'],
	},
	canary: {
		method: 'GET',
		path: CANARY,
		access: 'reader',
		summary: 'All that is known of one Canary',
		answer: canaryDetail,
		query: kind,
		refusals: unknown,
	},
	explain: {
		method: 'GET',
		path: `${CANARY}/explain`,
		access: 'reader',
		summary: 'One Canary in words; as plain text to who asks for text/plain',
		answer: explanation,
		query: kind,
		refusals: unknown,
		isText: true,
	},
	diff: {
		method: 'GET',
		path: `${CANARY}/diff`,
		access: 'reader',
		summary: 'What promoting its target as it is now would change on the primary',
		answer: revisionDiffView,
		query: kind,
		refusals: [...unknown, 'conflict', 'too-large', 'api-server'],
	},
	command: {
		method: 'POST',
		path: `${CANARY}/commands`,
		access: 'caller',
		summary: 'Gives a CanaryCommand as the caller, with the caller’s token',
		body: commandRequest,
		answer: commandGiven,
		status: 201,
		refusals: ['invalid', 'conflict', 'wrong-type', 'wrong-origin', 'too-large', 'too-many', 'api-server', 'not-found'],
	},
} as const;

const aboutRuns = {
	runs: {
		method: 'GET',
		path: `${CANARY}/runs`,
		access: 'reader',
		summary: 'Its runs, newest first',
		answer: runList,
		query: kind,
		refusals: [...unknown, 'api-server'],
	},
	run: {
		method: 'GET',
		path: `${CANARY}/runs/{id}`,
		access: 'reader',
		summary: 'One run',
		answer: runView,
		query: kind,
		refusals: [...unknown, 'api-server'],
	},
	series: {
		method: 'GET',
		path: `${CANARY}/series`,
		access: 'reader',
		summary: 'The metrics of canary and primary over a run, asked of the metrics server now',
		answer: seriesView,
		query: {...kind, run: 'Name of the run; without it the run under way, or the one that ended last'},
		refusals: [...unknown, 'api-server', 'too-many'],
	},
} as const;

const aboutAviary = {
	about: {
		method: 'GET',
		path: `${ROOT}/about`,
		access: 'public',
		summary: 'Whom one talks to',
		answer: about,
		refusals: [],
	},
	chart: {
		method: 'GET',
		path: `${ROOT}/chart`,
		access: 'public',
		summary: 'The statechart that every Canary runs, with coordinates',
		answer: chartView,
		refusals: [],
	},
	stream: {
		method: 'GET',
		path: `${ROOT}/stream`,
		access: 'reader',
		summary: 'What changes, as server-sent events',
		query: {
			namespace: 'Only what concerns this namespace',
			name: 'Only what concerns Canaries of this name',
			'last-event-id': 'As the header Last-Event-ID, for clients that cannot send it',
		},
		refusals: ['following', 'too-many'],
		isStream: true,
	},
	openapi: {
		method: 'GET',
		path: `${ROOT}/openapi.json`,
		access: 'public',
		summary: 'This description',
		refusals: [],
	},
} as const;

export const routes = {...aboutAviary, ...aboutCanaries, ...aboutRuns} as const satisfies Readonly<
	Record<string, RouteDescription>
>;

export type RouteName = keyof typeof routes;
