// The quick suite: everything that needs neither a real API server nor a package from Debian.
export default {
	files: ['test/**/*.test.ts', '!test/e2e/**'],
	extensions: ['ts'],
	// Without a word of any test; for what hangs, not for what is slow beside other work.
	timeout: '10m',
};
