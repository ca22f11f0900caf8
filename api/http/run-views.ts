// What the HTTP interface tells of runs: the fields of a CanaryRun, flat. The run under way is served from memory in the
// same shape; `outcome` and `ended` are absent from it.
import {Type, type Static} from '@sinclair/typebox';
import {canaryRun, runOutcomes} from '../canary-run.ts';
import {choice, group, instant, list, maybe, text} from './words.ts';

const {spec, status} = canaryRun.properties;
const {canary: _, ...identity} = spec.properties;

/** One run, whole. */
export const runView = Type.Object(
	{
		namespace: text('Namespace'),
		canary: text('Name of the Canary'),
		id: text('Its name: `REVISION-BEGINNING`, as logs, traces and notifications call it'),
		...identity,
		...status.properties,
	},
	{description: 'One run: which one it is, and what happened; see the kind CanaryRun'},
);
export type RunView = Static<typeof runView>;

/** One run in a list. */
const runSummary = group(
	{
		id: text('Its name'),
		revision: text('Digest of the pod template that was to be promoted'),
		began: instant('When it began'),
		ended: maybe(instant('When it ended; absent while it is under way')),
		outcome: maybe(choice(runOutcomes, 'How it ended; absent while it is under way')),
		reason: maybe(text('Why it failed, or was superseded')),
	},
	'One run in a list',
);
export type RunSummary = Static<typeof runSummary>;

/** Runs of one Canary. */
export const runList = group({items: list(runSummary, 'Newest first')}, 'Runs of one Canary');
export type RunList = Static<typeof runList>;
