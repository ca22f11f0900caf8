// Writes docs/reference/commands.md: what each command does wherever it finds its Canary, asked of the code that
// answers. Run by `npm run generate`.
import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {AnyStateMachine} from 'xstate';
import {toModel} from '../api/model-of-canary.ts';
import {verbs, type Command, type Verb, type World} from '../api/model.ts';
import {canaryMachine} from '../machines/canary.ts';
import {decide, type Decision, type Place} from '../machines/model/commands.ts';
import {recall, type Context} from '../machines/model/context.ts';
import {providers} from '../services/providers/index.ts';

export const COMMANDS_PAGE = 'docs/reference/commands.md';

const REVISION = 'REVISION';
const OTHER = 'OTHER';

const introduction = `<!-- Written by npm run generate from machines/model/commands.ts; edits are overwritten. -->

# What a command does

For each place of [the chart](../statechart.md), what every verb is answered, in \`status.outcome\` and \`status.message\`
of the CanaryCommand. *Accepted*: in force from now on, and *Done* as soon as it has had its effect; *Done*: carried
out; *Refused*: nothing was changed. How to give one, and who may: [commands](../commands.md).
`;

type Situation = {readonly place: Place; readonly title: string; readonly of?: (context: Context) => Context};

/** Only what answers depend on. */
const worldWith = (revision: string, primaryRunsTarget: boolean): World =>
	({target: {revision}, primaryRunsTarget}) as unknown as World;

const given = (verb: Verb): Command => ({
	name: verb,
	verb,
	...(verb === 'set-weight' && {weight: 30}),
	reason: 'it is so',
	requestedBy: 'alice',
});

const pause: Command = {...given('pause'), name: 'the one before'};
const paused = (context: Context): Context => ({...context, ...decide(context, 'running', pause).change});

const situations: readonly Situation[] = [
	{place: 'starting', title: 'Being initialized, or taken up again after a restart'},
	{
		place: 'resting',
		title: 'At rest, and the primary runs the target’s revision',
		of: (context) => ({...context, promoted: REVISION, world: worldWith(REVISION, true)}),
	},
	{place: 'resting', title: 'At rest after a run that failed'},
	{
		place: 'resting',
		title: 'At rest, with a revision that was not tried yet',
		of: (context) => ({...context, promoted: REVISION, world: worldWith(OTHER, false)}),
	},
	{place: 'running', title: 'A run, advancing or halted'},
	{place: 'running', title: 'A run that is paused', of: paused},
	{place: 'promoting', title: 'The promotion'},
	{place: 'ending', title: 'After the promotion, while traffic returns and the canary is scaled down'},
	{place: 'failing', title: 'A rollback under way'},
	{place: 'holding', title: 'A promotion that failed, with users on the canary until the primary is healthy'},
];

const canary = {
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata: {name: 'podinfo', namespace: 'test'},
	spec: {targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'}, service: {port: 80}, analysis: {}},
};

/** A Canary whose last run, of the target's revision, was judged and not promoted. */
const usual: Context = {
	...recall({
		model: toModel(canary, {meshProvider: 'istio', intervalMs: 60_000, speed: 1, providers}),
		at: 0,
		recalled: {
			phase: 'Progressing',
			canaryWeight: 20,
			iterations: 0,
			failedChecks: 0,
			lastAppliedSpec: REVISION,
			lastPromotedSpec: OTHER,
			lastTransitionTime: 0,
			state: '',
		},
	}),
	world: worldWith(REVISION, false),
};

/** The states that hear commands, by what these find there. */
const statesOf = (machine: AnyStateMachine): ReadonlyMap<Place, readonly string[]> => {
	const found = new Map<Place, string[]>();
	const visit = (node: AnyStateMachine['root']): void => {
		const heard = (node.config.on as Record<string, unknown> | undefined)?.['command given'];
		const place = (heard as {actions?: {params?: {place?: Place}}} | undefined)?.actions?.params?.place;
		if (place !== undefined) {
			found.set(place, [...(found.get(place) ?? []), node.path.join('.')]);
		}

		Object.values(node.states).forEach(visit);
	};
	visit(machine.root);
	return found;
};

/** Verbs with the same answer share a line. */
const linesOf = (decisions: ReadonlyArray<readonly [Verb, Decision]>): readonly string[] => {
	const shared = new Map<string, Verb[]>();
	for (const [verb, {outcome, message}] of decisions) {
		const answer = `${outcome} | ${message}`;
		shared.set(answer, [...(shared.get(answer) ?? []), verb]);
	}

	return [...shared].map(([answer, asked]) =>
		asked.length === verbs.length ? `| every verb | ${answer} |` : `| \`${asked.join('`, `')}\` | ${answer} |`,
	);
};

const sectionOf = ({place, title, of = (context) => context}: Situation, states: readonly string[]): string => {
	const context = of(usual);
	const decisions = verbs.map((verb) => [verb, decide(context, place, given(verb))] as const);
	return [
		`## ${title}\n`,
		`In ${states.map((state) => `\`${state}\``).join(', ')}.\n`,
		'| verb | outcome | in words |',
		'| --- | --- | --- |',
		...linesOf(decisions),
		'',
	].join('\n');
};

/** The page. */
export const commandsPage = (): string => {
	const states = statesOf(canaryMachine);
	const elsewhere = decide(usual, 'running', {...given('promote'), revision: OTHER});
	const twice = decide(paused(usual), 'running', pause);
	return [
		introduction,
		...situations.map((situation) => sectionOf(situation, states.get(situation.place) ?? [])),
		'## Anywhere\n',
		`- Meant for another revision: ${elsewhere.outcome}, “${elsewhere.message}”.`,
		`- In force already, after a restart of the daemon: ${twice.outcome}, “${twice.message}”.`,
		'- For a Canary that does not exist, or that this daemon does not attend to: Refused, with why.',
		'',
	].join('\n');
};

if (import.meta.main) {
	const file = join(import.meta.dirname, '..', COMMANDS_PAGE);
	await mkdir(dirname(file), {recursive: true});
	await writeFile(file, commandsPage());
}
