// The machine that a measurement was made on.
import {availableParallelism, cpus, loadavg, totalmem} from 'node:os';
import process from 'node:process';

export type Machine = {
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGb: number;
	readonly node: string;
	/** Processes that wanted to run before the measurement began (load average of a minute). */
	readonly loadBefore: number;
};

export const machine = (): Machine => ({
	cpu: cpus()[0]?.model ?? 'unknown',
	cores: availableParallelism(),
	memoryGb: Math.round(totalmem() / 2 ** 30),
	node: process.versions.node,
	loadBefore: Number(loadavg()[0]?.toFixed(1)),
});
