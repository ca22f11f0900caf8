// Real processes killed after each write of a run, on a real control plane: one of the long parts of .ci/run.
export default {
	files: ['test/e2e/kill-sweep.test.ts'],
	extensions: ['ts'],
	timeout: '600s',
	concurrency: 1,
};
