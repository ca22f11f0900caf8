// The suite on a real control plane, but for the sweeps, which take long; `npm run test:e2e` builds what it needs first.
export default {
	files: ['test/e2e/**/*.test.ts', '!test/e2e/kill-sweep.test.ts'],
	extensions: ['ts'],
	timeout: '600s',
	concurrency: 1,
};
