// Plays a scenario in a world: what is applied, then the timeline, then the judgement.
import {parseDuration} from '../../api/durations.ts';
import type {Clock} from '../../services/clock.ts';
import type {World} from '../world/world.ts';
import {change, changeText, giveTemplate} from './changes.ts';
import {createJudge, withinOf} from './expectations.ts';
import type {Faults} from './faults.ts';
import type {When} from './format.ts';
import {countUsers, type Finding, type Happening, type OnHappening} from './happenings.ts';
import type {Hands} from './hands.ts';
import type {Happens, Scenario} from './read.ts';

/** World time in which what ends together with the run, its last event and requests, is still counted. */
const SETTLING_MS = 5000;

export type PlayOptions = {
	readonly hands: Hands;
	readonly world: World;
	readonly clock: Clock;
	readonly speed: number;
	readonly faults: Faults;
	readonly scenario: Scenario;
	readonly tell: OnHappening;
	/** All expectations have been judged; never called for a scenario without any. */
	readonly onJudged: (findings: readonly Finding[]) => void;
};

export type Play = {
	/** Must be told all that happens. */
	hear(happening: Happening): void;
	/** Applies the scenario; time begins. Throws or rejects with what the API server has against it. */
	begin(): void | Promise<void>;
	stop(): void;
};

const ms = (text: string | undefined): number => parseDuration(text) ?? 0;

const isSo = (when: When, happening: Happening): boolean => {
	if (happening.kind !== 'canary' || (when.canary ?? happening.canary) !== happening.canary) {
		return false;
	}

	const {phase, state, canaryWeight} = happening.object.status ?? {};
	return (
		(when.phase ?? phase) === phase &&
		(when.state ?? state) === state &&
		(when.weight ?? canaryWeight) === canaryWeight &&
		happening.object.status !== undefined
	);
};

/** Timers of the world's time that can be ended together. */
const createTimers = (clock: Clock, speed: number) => {
	const handles = new Set<unknown>();
	return {
		after: (worldMs: number, callback: () => void): void => {
			const handle = clock.setTimeout(() => {
				handles.delete(handle);
				callback();
			}, worldMs / speed);
			handles.add(handle);
		},
		stop: (): void => {
			for (const handle of handles) clock.clearTimeout(handle);
			handles.clear();
		},
	};
};

/** Does the timeline's entries, one after another where they wait for something. */
const createTimeline = (
	{hands, world, clock, faults, scenario, tell}: PlayOptions,
	after: (worldMs: number, callback: () => void) => void,
) => {
	/** Entries that wait, each for itself: an entry with `when` also waits for the one before it. */
	let waiting = scenario.timeline.filter(({when}) => when !== undefined);
	let undone = scenario.timeline.length;

	const perform = (happens: Happens): void => {
		tell({kind: 'timeline', at: clock.now(), text: changeText(happens)});
		const {fault} = happens;
		if (fault === undefined) {
			change(hands, scenario, happens)
				.catch((error: unknown) => {
					const text = `the scenario's ${changeText(happens)} failed: ${(error as Error).message}`;
					tell({kind: 'complaint', at: clock.now(), text});
				})
				.finally(() => {
					undone--;
				});
			return;
		}

		const mend = faults.begin(fault, world);
		after(ms(fault.for), () => {
			mend();
			undone--;
			tell({kind: 'timeline', at: clock.now(), text: `over: ${changeText(happens)}`});
		});
	};

	return {
		begin(): void {
			for (const happens of scenario.timeline) {
				if (happens.at !== undefined) {
					after(ms(happens.at), () => perform(happens));
				}
			}
		},
		hear(happening: Happening): void {
			const [next] = waiting;
			if (next?.when !== undefined && isSo(next.when, happening)) {
				waiting = waiting.slice(1);
				// Later, not within: the one who tells is in the middle of a write.
				after(ms(next.after), () => perform(next));
			}
		},
		isDone: () => undone === 0,
	};
};

/** Today's shape: the new version is applied as soon as its Canary stands initialized. */
const createRelease = (
	{hands, clock, tell, scenario: {next}}: PlayOptions,
	after: (ms: number, callback: () => void) => void,
) => {
	let isAhead = next !== undefined;
	return {
		hear(happening: Happening): void {
			if (!isAhead || next === undefined || happening.kind !== 'canary') return;
			const {metadata, status} = happening.object;
			if (status?.['phase'] === 'Initialized' && metadata.namespace === next.metadata.namespace) {
				isAhead = false;
				after(0, () => {
					giveTemplate(hands, next).catch((error: unknown) => {
						tell({kind: 'complaint', at: clock.now(), text: `the release failed: ${(error as Error).message}`});
					});
				});
			}
		},
		isDone: () => !isAhead,
	};
};

/** Prepares a play; nothing happens before `begin`. */
export const createPlay = (options: PlayOptions): Play => {
	const {hands, world, clock, speed, scenario, tell, onJudged} = options;
	const timers = createTimers(clock, speed);
	const timeline = createTimeline(options, timers.after);
	const release = createRelease(options, timers.after);
	const users = countUsers(world);
	const {expect} = scenario;
	const judge = expect && createJudge(expect, users.counted);
	let isJudged = false;

	const conclude = (isLate: boolean): void => {
		if (isJudged || judge === undefined || expect === undefined) return;
		isJudged = true;
		const within = `within ${expect.within ?? '1h'}`;
		const inTime = {text: within, isMet: !isLate, found: 'it took longer'};
		const hasEnd = expect.phase !== undefined || expect.state !== undefined;
		const findings = [...judge.findings(), ...(hasEnd ? [inTime] : [])];
		for (const finding of findings) {
			tell({kind: 'finding', at: clock.now(), finding});
		}

		onJudged(findings);
	};

	return {
		hear(happening) {
			release.hear(happening);
			timeline.hear(happening);
			judge?.hear(happening);
			if (judge !== undefined && !isJudged && timeline.isDone() && release.isDone() && judge.hasEnded()) {
				// A moment later, so that what ends with it, its event and its last requests, is counted.
				timers.after(SETTLING_MS, () => {
					if (judge.hasEnded()) conclude(false);
				});
			}
		},
		begin() {
			const applied = hands.apply(scenario.objects);
			timeline.begin();
			if (expect !== undefined) timers.after(withinOf(expect), () => conclude(true));
			return applied;
		},
		stop() {
			timers.stop();
			users.stop();
		},
	};
};
