// Completes package-lock.json after `npm install`: a registry that lacks the builds for other platforms leaves their
// entries out, and `npm ci` then refuses the file. Each gets its version and the platform that its name tells; where
// the registry had one, its entry stays as it is. Run: node .ci/complete-lock-file.js
import {readFileSync, writeFileSync} from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const systems = new Set([
	'aix',
	'android',
	'darwin',
	'freebsd',
	'linux',
	'netbsd',
	'openbsd',
	'openharmony',
	'sunos',
	'win32',
]);
const processors = new Set(['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']);

const platformOf = (name) => {
	const words = name.split(/[/-]/);
	const os = words.find((word) => systems.has(word));
	const cpu = words.find((word) => processors.has(word));
	const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
	return {...(cpu && {cpu: [cpu]}), ...(os && {os: [os]}), ...(os === 'linux' && libc && {libc: [libc]})};
};

for (const entry of Object.values({...lock.packages})) {
	for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
		lock.packages[`node_modules/${name}`] ??= {version, optional: true, ...platformOf(name)};
	}
}

const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(file, `${JSON.stringify({...lock, packages: Object.fromEntries(sorted)}, undefined, 2)}\n`);
