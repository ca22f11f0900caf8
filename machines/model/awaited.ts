// What a state waits for that only a watch can tell: if the watch leaves it out, somebody must look.
import type {Awaited} from '../../api/model.ts';
import type {Path} from '../words/explain.ts';

/** By the end of the path. What is not named has an effect under way, waits for time, checks or people, or is at rest. */
const waits: ReadonlyArray<readonly [Path, Awaited]> = [
	['awaitingPrimary', 'workloads'],
	['rising', 'workloads'],
	['rolling', 'workloads'],
	['returning', 'workloads'],
	['holding', 'workloads'],
	['recovering', 'workloads'],
	['halted.unhealthy', 'workloads'],
	['halted.scaling', 'workloads'],
	['halted.misspecified', 'the Canary'],
	['missingDependency.waiting', 'all'],
	['halted.contested', 'routes'],
	['halted.yielded', 'routes'],
	['led', 'routes'],
];

/** What is waited for in the state at this path. */
export const awaitedIn = (path: Path): Awaited =>
	waits.find(([end]) => `.${path}`.endsWith(`.${end}`))?.[1] ?? 'nothing';
