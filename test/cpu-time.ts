// What something costs by the processor's time of its thread: the same beside whatever else a machine does.
import process from 'node:process';

/** Milliseconds of CPU that `work` takes. */
export const cpuMsOf = (work: () => void): number => {
	const before = process.threadCpuUsage();
	work();
	const {user, system} = process.threadCpuUsage(before);
	return (user + system) / 1000;
};
