// What one run leaves in memory, bounded: it becomes the run's record.
import type {RunIdentity, RunMeasurement, RunMetric, RunOutcome, RunRecord} from '../../api/canary-run.ts';
import {unlimited} from '../../api/model.ts';
import type {CanaryModel, Command, CommandOutcome, Verdict} from '../../api/model.ts';
import type {Context} from '../../machines/model/context.ts';
import {factsOf, isPath, isUnderWay, stateOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import {instantOf, timestamp} from '../../services/clock.ts';
import {caps, fitted, tells, thinned} from './run-thinning.ts';
import type {Listed} from './run-thinning.ts';

/** What a run's time is spent on. */
export type Activity = keyof NonNullable<RunRecord['seconds']>;

/** What passes while a chart is in a state; a suspended Canary waits for whoever suspended it. */
export const activityOf = (path: Path, {model}: Context): Activity =>
	model.suspended || (isUnderWay(path) && factsOf(path).whom === 'people')
		? 'waitingForPeople'
		: stateOf(path) === 'halted'
			? 'halted'
			: 'progressing';

/** An event as people read it: that a state's own work is done needs no name, for the state that was left has it. */
const eventText = (event: string): string =>
	event.startsWith('xstate.done.') ? 'done' : event.startsWith('xstate.error.') ? 'refused' : event;

const TEXT_MAX = 300;
const short = (text: string): string =>
	text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1).toWellFormed()}…`;
const textAs = <K extends string>(key: K, text: string): {[key in K]?: string} =>
	text === '' ? {} : ({[key]: short(text)} as {[key in K]: string});

type Lists = Required<Pick<RunRecord, 'transitions' | 'weights' | 'verdicts' | 'commands' | 'gaps'>>;

/** Instants are those of the caller: it has the clock. */
export class RunLedger {
	#identity: RunIdentity;
	/** When this life began to look. */
	readonly #since: number;
	readonly #lists: Lists = {transitions: [], weights: [], verdicts: [], commands: [], gaps: []};
	readonly #metrics = new Map<string, RunMetric>();
	readonly #omitted: Partial<Record<Listed, number>> = {};
	readonly #spent: Record<Activity, number> = {progressing: 0, halted: 0, waitingForPeople: 0};
	#doing: {readonly activity: Activity; readonly since: number} | undefined;
	#path: Path | '' = '';
	#weight = 0;
	#end: Pick<RunRecord, 'outcome' | 'reason' | 'ended' | 'digests'> = {};

	constructor(identity: RunIdentity, now: number) {
		this.#identity = identity;
		this.#since = now;
	}

	get identity(): RunIdentity {
		return this.#identity;
	}

	get outcome(): RunOutcome | undefined {
		return this.#end.outcome;
	}

	/** What a former life, or a former attempt at the same revision, has written of this run comes first. */
	recall(former: RunRecord, identity = this.#identity): void {
		this.#identity = identity;
		for (const list of ['transitions', 'weights', 'verdicts', 'commands', 'gaps'] as const) {
			const own = this.#lists[list];
			own.unshift(...((former[list] ?? []) as never[]));
		}

		// A command in force was handed over again.
		const {commands} = this.#lists;
		const newest = new Map(commands.map((command) => [command.name, command]));
		const firsts = commands.filter(({name}, index) => commands.findIndex((one) => one.name === name) === index);
		commands.splice(
			0,
			commands.length,
			...firsts.map((first) => ({...first, ...newest.get(first.name), at: first.at})),
		);

		const known = former.knownUntil ?? identity.began;
		const until = timestamp(this.#since);
		if (known < until) {
			const why =
				former.outcome === undefined
					? 'no daemon was there, or what it knew was lost with its memory'
					: `the run had ended as ${former.outcome}, and was taken up again`;
			const at = this.#lists.gaps.findIndex(({from}) => from >= known);
			this.#lists.gaps.splice(at === -1 ? this.#lists.gaps.length : at, 0, {from: known, to: until, why});
		}

		for (const metric of former.metrics ?? []) {
			const own = this.#metrics.get(metric.name)?.measurements ?? [];
			this.#metrics.set(metric.name, {...metric, measurements: [...metric.measurements, ...own]});
		}

		for (const [list, count] of Object.entries(former.omitted ?? {})) {
			this.#omitted[list as Listed] = (this.#omitted[list as Listed] ?? 0) + count;
		}

		for (const [activity, seconds] of Object.entries(former.seconds ?? {})) {
			this.#spent[activity as Activity] += seconds * 1000;
		}
	}

	/** The chart is in a state; called with each of its snapshots. */
	entered(path: Path, event: string, context: Context, reason: string, now: number): void {
		const at = timestamp(now);
		const routed = context.run.routed.canary;
		this.#spend(activityOf(path, context), now);
		if (routed !== this.#weight || this.#lists.weights.length === 0) {
			this.#weight = routed;
			this.#add('weights', {at, weight: routed});
		}

		if (path !== this.#path) {
			const from = this.#path === '' ? {} : {from: this.#path};
			this.#path = path;
			this.#add('transitions', {
				at,
				...from,
				to: path,
				...textAs('event', eventText(event)),
				weight: routed,
				...textAs('reason', reason),
			});
		}
	}

	/** A round of checks was answered. */
	judged({outcome, text, evidence}: Verdict, {analysis}: CanaryModel, now: number): void {
		const at = timestamp(now);
		const weight = this.#weight;
		this.#add('verdicts', {at, weight, outcome, ...textAs('text', text)});
		for (const one of evidence) {
			const asked = analysis.metrics.find(({name}) => name === one.metric);
			const {kind, unit, min, max, against} = asked ?? {};
			const own: RunMetric = this.#metrics.get(one.metric) ?? {name: one.metric, measurements: []};
			const measurement: RunMeasurement = {
				at,
				weight,
				outcome: one.kind,
				...('value' in one && Number.isFinite(one.value) && {value: one.value}),
				...(one.primary !== undefined && {primary: one.primary}),
				...('text' in one && textAs('text', one.text)),
			};
			const most = Math.floor(caps.measurements / Math.max(1, analysis.metrics.length));
			const all = [...own.measurements, measurement];
			this.#metrics.set(one.metric, {
				name: one.metric,
				...(kind !== undefined && {kind}),
				...(unit !== undefined && {unit}),
				...(min !== undefined && {min}),
				...(max !== undefined && max !== unlimited && {max}),
				...(against !== undefined && {against}),
				measurements: all.length <= most ? all : this.#thin('measurements', all, most, tells.measurements),
			});
		}
	}

	/** A person's command came in; one that was handed over again after a restart is known already. */
	heard({name, verb, weight, requestedBy, reason}: Command, now: number): void {
		if (this.#lists.commands.every((command) => command.name !== name)) {
			const said = {requestedBy: short(requestedBy), reason: short(reason)};
			this.#add('commands', {at: timestamp(now), name, verb, ...(weight !== undefined && {weight}), ...said});
		}
	}

	answered(name: string, {outcome, message}: {readonly outcome: CommandOutcome; readonly message: string}): void {
		const {commands} = this.#lists;
		for (const [index, command] of commands.entries()) {
			if (command.name === name) {
				commands[index] = {...command, outcome, message: short(message)};
			}
		}
	}

	/** `promoted` becomes `skipped` where somebody cut the analysis short. */
	end(outcome: RunOutcome, reason: string, now: number, context: Context, digests: RunRecord['digests']): void {
		this.#spend('progressing', now);
		this.#doing = undefined;
		const isSkipped = outcome === 'promoted' && (context.model.skipAnalysis || this.#isCutShort());
		this.#end = {
			outcome: isSkipped ? 'skipped' : outcome,
			...textAs('reason', reason),
			ended: timestamp(now),
			...(outcome === 'promoted' && digests !== undefined && {digests}),
		};
	}

	/** How long was spent on what so far, in seconds. */
	seconds(now: number): Record<Activity, number> {
		const {activity, since} = this.#doing ?? {activity: 'progressing' as const, since: now};
		const spent = {...this.#spent, [activity]: this.#spent[activity] + now - since};
		return {
			progressing: Math.round(spent.progressing / 1000),
			halted: Math.round(spent.halted / 1000),
			waitingForPeople: Math.round(spent.waitingForPeople / 1000),
		};
	}

	/** As it is to be written. */
	record(now: number): RunRecord {
		const {ended} = this.#end;
		const filled = Object.entries({...this.#lists, metrics: [...this.#metrics.values()]}).filter(
			([, list]) => list.length > 0,
		);
		return fitted({
			...this.#end,
			knownUntil: ended ?? timestamp(now),
			seconds: this.seconds(now),
			...(Object.fromEntries(filled) as Partial<Lists>),
			...(Object.keys(this.#omitted).length > 0 && {omitted: {...this.#omitted}}),
		});
	}

	#isCutShort(): boolean {
		const promoting = this.#lists.transitions.find(({to}) => isPath(to) && stateOf(to) === 'promoting');
		const before = instantOf(promoting?.at) || Number.POSITIVE_INFINITY;
		return this.#lists.commands.some(
			({verb, outcome, at}) =>
				(verb === 'skip' || verb === 'promote') && outcome !== 'Refused' && instantOf(at) <= before,
		);
	}

	#spend(activity: Activity, now: number): void {
		if (this.#doing !== undefined) {
			this.#spent[this.#doing.activity] += now - this.#doing.since;
		}

		this.#doing = {activity, since: now};
	}

	#thin<T>(list: Listed, items: readonly T[], most: number, tell: (item: T) => boolean): T[] {
		// To a half, so that a long run is not thinned with each entry.
		const kept = thinned(items, most / 2, tell);
		this.#omitted[list] = (this.#omitted[list] ?? 0) + items.length - kept.length;
		return [...kept];
	}

	#add<List extends keyof Lists>(list: List, entry: Lists[List][number]): void {
		const entries = this.#lists[list] as Array<Lists[List][number]>;
		entries.push(entry);
		if (entries.length > caps[list]) {
			const kept = this.#thin(list, entries, caps[list], tells[list] as (item: unknown) => boolean);
			entries.splice(0, entries.length, ...kept);
		}
	}
}
