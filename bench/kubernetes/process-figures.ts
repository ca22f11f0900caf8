// What the operating system knows of a process: memory, its peak, and CPU time (Linux, proc(5)); and of the machine.
import {readFileSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {wallClock} from '../../services/clock.ts';

export type Figures = {
	/** Resident memory, in MB (10^6 bytes). */
	readonly rssMb: number;
	/** Of this, pages of files: Node and the libraries. They are clean, and shared by all who run the same image. */
	readonly fileMb: number;
	/** The most since the peak was last reset. */
	readonly peakMb: number;
	/** User and system, since its start. */
	readonly cpuSeconds: number;
};

/** Linux counts in hundredths of a second wherever it runs (sysconf _SC_CLK_TCK). */
const TICKS_A_SECOND = 100;
const KILOBYTE = 1024;

export const figuresOf = (pid: number): Figures => {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	const megabytes = (field: string): number =>
		(Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'mu').exec(status)?.[1]) * KILOBYTE) / 1e6;
	// The name in parentheses may hold spaces.
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
	const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
	return {rssMb: megabytes('VmRSS'), fileMb: megabytes('RssFile'), peakMb: megabytes('VmHWM'), cpuSeconds};
};

/** CPU seconds of all processes of the machine since it started: what its cores did not idle. */
const machineCpu = (): number =>
	cpus().reduce((sum, {times: {user, nice, sys, irq}}) => sum + user + nice + sys + irq, 0) / 1000;

export type Timed = {
	readonly seconds: number;
	/** Of everything that ran on the machine meanwhile. */
	readonly machineCpuSeconds: number;
};

/** Does it, and tells what it took. */
export const timed = async (act: () => Promise<unknown>): Promise<Timed> => {
	const begun = wallClock.monotonic();
	const busy = machineCpu();
	await act();
	const seconds = (wallClock.monotonic() - begun) / 1000;
	return {seconds: Number(seconds.toFixed(2)), machineCpuSeconds: Number((machineCpu() - busy).toFixed(1))};
};

/** Lets the peak begin anew, from what is resident now. */
export const resetPeak = (pid: number): void => {
	writeFileSync(`/proc/${pid}/clear_refs`, '5');
};
