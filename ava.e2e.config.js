// The suite on a real control plane; `npm run test:e2e` builds what it needs first.
export default {
	files: ['test/e2e/**/*.test.ts'],
	extensions: ['ts'],
	timeout: '600s',
	concurrency: 1,
};
