// What the live view shows, put together from what happens.
import type {Verdict} from '../../api/model.ts';
import type {Happening, Started} from '../../sandbox/scenario/happenings.ts';
import {viewOf, type CanaryView} from '../canary-view.ts';

export type CanaryScene = {
	readonly key: string;
	readonly view: CanaryView;
	/** The last round of checks of this run. */
	readonly verdict: Verdict | undefined;
	/** When the weight last changed or the checks last answered: the next answer is due an interval later. */
	readonly checkedAt: number;
};

export type Scene = {
	readonly started: Started | undefined;
	/** When the world's time began. */
	readonly since: number;
	readonly canaries: ReadonlyMap<string, CanaryScene>;
	readonly users: {readonly requests: number; readonly errors: number};
	/** What was told in lines, the newest last. */
	readonly lines: readonly Happening[];
	readonly findings: ReadonlyArray<Extract<Happening, {kind: 'finding'}>>;
};

const LINES_KEPT = 30;

/** Collects what happens; the scene is always whole. */
export const createScene = () => {
	const canaries = new Map<string, CanaryScene>();
	const lines: Happening[] = [];
	const findings: Array<Extract<Happening, {kind: 'finding'}>> = [];
	let started: Started | undefined;
	let since = 0;
	let users = {requests: 0, errors: 0};

	const onCanary = ({canary: key, object, at}: Extract<Happening, {kind: 'canary'}>): void => {
		const before = canaries.get(key);
		const view = viewOf(object, at);
		const isNewRun = view.weight === 0 && view.state !== 'halted';
		canaries.set(key, {
			key,
			view,
			verdict: isNewRun && before?.view.state === 'initialized' ? undefined : before?.verdict,
			checkedAt: before?.view.weight === view.weight ? before.checkedAt : at,
		});
	};

	return {
		hear(happening: Happening): void {
			switch (happening.kind) {
				case 'started': {
					started = happening.started;
					since = happening.at;
					break;
				}

				case 'canary': {
					onCanary(happening);
					break;
				}

				case 'gone': {
					canaries.delete(happening.canary);
					break;
				}

				case 'verdict': {
					const known = canaries.get(happening.canary);
					if (known !== undefined) {
						canaries.set(known.key, {...known, verdict: happening.verdict, checkedAt: happening.at});
					}

					break;
				}

				case 'traffic': {
					users = {requests: happening.requests, errors: happening.errors};
					break;
				}

				case 'finding': {
					findings.push(happening);
					break;
				}

				default: {
					lines.push(happening);
					lines.splice(0, lines.length - LINES_KEPT);
				}
			}
		},
		scene: (): Scene => ({started, since, canaries, users, lines, findings}),
	};
};
