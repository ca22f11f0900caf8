// What the HTTP interface tells of the difference between the revision that the primary runs and the target's.
import type {Static} from '@sinclair/typebox';
import {choice, flag, group, integer, list, maybe, text, texts} from './words.ts';

const side = (description: string) =>
	group(
		{name: text('Name of the workload'), revision: text('Digest of its template; empty where none is known')},
		description,
	);

/** One member of the templates that is not the same in both. */
const changeView = group(
	{
		path: text('Where: `spec.containers[podinfod].image`; members of lists by their names, where they have some'),
		kind: choice(
			['added', 'removed', 'changed', 'moved'],
			'moved: a list has the same members in another order, which before and after tell',
		),
		before: maybe(text('As the primary has it: a text as it is, anything else as JSON; absent where it has none')),
		after: maybe(text('As it would be; absent where nothing would be left')),
	},
	'One change',
);
export type ChangeView = Static<typeof changeView>;

/** Configs that only one of the templates refers to. */
const configView = group(
	{
		kind: choice(['ConfigMap', 'Secret'], 'Kind'),
		before: maybe(text('Name of the one that the primary refers to; absent where there is none in its place')),
		after: maybe(text('Name of the one that the target refers to; absent where there is none in its place')),
		where: texts('Where in the template'),
	},
	'Another config than before. What both refer to is left out: they share one object',
);
export type ConfigView = Static<typeof configView>;

/** What promoting the target as it is now would change on the primary. */
export const revisionDiffView = group(
	{
		namespace: text('Namespace'),
		name: text('Name'),
		kind: text('Kind of both workloads'),
		primary: side('The workload that serves the users, with the revision last promoted onto it'),
		canary: side('The workload whose new revision is the canary'),
		same: flag('The primary runs this revision already'),
		changes: list(changeView, 'The changes, by where they are'),
		unified: text('The same as `diff -u` shows it, both templates in YAML; empty when there is none'),
		omitted: integer('Changes and lines that are left out, for there are too many'),
		configs: list(configView, 'ConfigMaps and Secrets that only one of the templates refers to'),
		command: text('The command that shows what is in them, and what is masked here'),
	},
	'The difference between the primary as it runs and as a promotion would leave it; what looks like a secret is masked',
);
export type RevisionDiffView = Static<typeof revisionDiffView>;
