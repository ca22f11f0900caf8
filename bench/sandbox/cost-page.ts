// What docs/sandbox.md says of the sandbox's cost, as text. Pure.
import type {Releases} from './releases.ts';

export type Results = Releases & {
	readonly machine: {
		readonly cpu: string;
		readonly cores: number;
		readonly memoryGb: number;
		readonly node: string;
	};
	readonly canaries: number;
	readonly speed: number;
	/** The load average of five minutes before it began. */
	readonly load: number;
	readonly startMs: number;
	readonly startOfSourcesMs: number;
	/** Where steps were late: how many Canaries keep time at this speed, and at which speed all do; 0 for none tried. */
	readonly reach?: {readonly canaries: number; readonly speed: number};
};

const START_MS = 3000;
const IDLE_MB = 250;

const tenths = (value: number): string => value.toFixed(1);
const percent = (share: number): string => `${tenths(share * 100)} %`;
const seconds = (ms: number): string => `${tenths(ms / 1000)} s`;
const megabytes = (value: number): string => `${Math.round(value)} MB`;
const orNone = (value: number): string => (value === 0 ? 'none of those tried' : String(value));

/** What was measured, by its name. */
export const costRows = (results: Results): ReadonlyArray<readonly [what: string, measured: string]> => {
	const {canaries, speed, releasingCpu, releaseSeconds, reach} = results;
	const cpuSeconds = releasingCpu * releaseSeconds;
	return [
		['start, median of 5', `${seconds(results.startMs)}; ${seconds(results.startOfSourcesMs)} from the sources`],
		[`memory, ${canaries} Canaries at rest`, megabytes(results.idleMb)],
		[`CPU, ${canaries} Canaries at rest`, `${percent(results.idleCpu)} of a core`],
		[`memory, ${canaries} releasing, most`, megabytes(results.releasingMb)],
		[
			`CPU, ${canaries} releasing at speed ${speed}`,
			`${tenths(cpuSeconds)} s within ${tenths(releaseSeconds)} s; ${(cpuSeconds / canaries).toFixed(2)} s for a release`,
		],
		['steps more than 10 % late', `${results.stepsOver10Percent} of ${results.stepsMeasured}`],
		['steps late, median and most', `${percent(results.stepLateMedian)}, ${percent(results.stepLateMax)}`],
		['runs late, most', percent(results.runLateMax)],
		...(reach === undefined
			? []
			: ([
					[`so many keep time at speed ${speed}`, orNone(reach.canaries)],
					[`${canaries} keep time at speed`, orNone(reach.speed)],
				] as const)),
	];
};

const bounds = ({startMs, idleMb, stepsOver10Percent}: Results): string => {
	const missed = [
		...(startMs < START_MS ? [] : ['start']),
		...(idleMb < IDLE_MB ? [] : ['memory']),
		...(stepsOver10Percent === 0 ? [] : ['steps']),
	];
	return missed.length === 0 ? 'The bounds are met.' : `Out of bounds: ${missed.join(', ')}.`;
};

/** The bound of memory is one at rest; who reads it must know what a release takes. */
const whileReleasing = ({canaries, releasingMb}: Results): string =>
	releasingMb < IDLE_MB
		? `While all ${canaries} release, memory is below the bound, too.`
		: `The bound of ${IDLE_MB} MB is one at rest: while all ${canaries} release, memory is above it, ${megabytes(releasingMb)}.`;

/** The table, with the machine, and whether the bounds are met. */
export const costText = (results: Results): string => {
	const {cores, cpu, memoryGb, node} = results.machine;
	const rows = costRows(results).map(([what, measured]) => `| ${what} | ${measured} |`);
	return [
		`On ${cores} cores of an ${cpu} (${memoryGb} GB, Node ${node}), load average before ${tenths(results.load)}:`,
		'',
		'| what | measured |',
		'|---|---|',
		...rows,
		'',
		`${bounds(results)} ${whileReleasing(results)}`,
	].join('\n');
};
