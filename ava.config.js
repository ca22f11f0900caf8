// The quick suite: everything that needs neither a real API server nor a package from Debian.
export default {
	files: ['test/**/*.test.ts', '!test/e2e/**'],
	extensions: ['ts'],
	timeout: '120s',
};
