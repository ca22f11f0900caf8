// Types a page of docs, block by block, and compares what comes of it with what the page shows.
import {chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer, type AddressInfo} from 'node:net';
import {once} from 'node:events';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {assetsFolder} from '../e2e/control-plane/build-assets.ts';
import {programNamed} from '../kubectl/program.ts';
import {blocksOf, type Block, type Mark} from './page.ts';
import {openShell} from './shell.ts';
import {isShown} from './shown.ts';

export const root = new URL('../../', import.meta.url).pathname;

export type Where = 'embedded' | 'real';

const is =
	<Kind extends Mark['kind']>(kind: Kind) =>
	(mark: Mark): mark is Extract<Mark, {kind: Kind}> =>
		mark.kind === kind;

const isTyped = ({marks}: Block, where: Where): boolean =>
	!marks.some(
		(mark) =>
			(mark.kind === 'not executed' && [where, 'anywhere'].includes(mark.where)) ||
			(mark.kind === 'needs' && programNamed(mark.program) === undefined),
	);

/** The programs that blocks of a page need, and this machine has not; those blocks are not typed on it. */
export const missingFor = async (page: string): Promise<readonly string[]> => {
	const marks = blocksOf(await readFile(path.join(root, page), 'utf8')).flatMap((block) => block.marks);
	return marks.filter(is('needs')).flatMap(({program}) => (programNamed(program) === undefined ? [program] : []));
};

/** In a process group of its own, as what is started at a terminal is; the page's own choice stays. */
const inGroup = (code: string, rest = ''): string =>
	`_modes=$-; set -m\n{ ${code}\n} ${rest} &\n_job=$!; case $_modes in *m*) ;; *) set +m ;; esac\n`;

// What a program makes of it is its own affair; but it is to be over.
const CTRL_C = `kill -INT -- -$_job 2>/dev/null || true
for _turn in $(seq 50); do kill -0 -- -$_job 2>/dev/null || break; sleep 0.1; done
kill -KILL -- -$_job 2>/dev/null || true; wait $_job || true
`;

/** What is run for a block; `opener` is what the block before it has opened. */
const scriptOf = ({code, marks}: Block, opener: string | undefined, log: string): string => {
	const typed = opener === undefined ? code : `{ cat <<'END'\n${code}END\nsleep 600; } | ${opener}`;
	const until = marks.find(is('until'));
	if (until !== undefined) {
		return `${inGroup(typed)}${until.command}\n${CTRL_C}`;
	}

	const terminal = marks.find(is('another terminal'));
	if (terminal !== undefined) {
		const wait = `until grep -qF '${terminal.prints}' '${log}' || ! kill -0 $_job 2>/dev/null; do sleep 0.1; done`;
		return `${inGroup(typed, `> '${log}' 2>&1`)}${wait}\ncat '${log}'\nkill -0 $_job\n`;
	}

	return typed;
};

const freePort = async (): Promise<number> => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	return port;
};

/** The programs that pages name, and none of the machine's settings. */
const environmentIn = async (scratch: string): Promise<NodeJS.ProcessEnv> => {
	const programs: Record<string, string> = {
		// npm would take a second for each, and link this project into its cache.
		npx: `shift; exec '${process.execPath}' '${path.join(root, 'cli/launcher.js')}' "$@"`,
	};
	for (const name of ['kubectl', 'helm']) {
		const file = programNamed(name);
		if (file !== undefined) programs[name] = `exec '${file}' "$@"`;
	}

	const bin = path.join(scratch, 'bin');
	await mkdir(bin);
	for (const [name, line] of Object.entries(programs)) {
		await writeFile(path.join(bin, name), `#!/bin/sh\n${line}\n`);
		await chmod(path.join(bin, name), 0o755);
	}

	return {
		PATH: [bin, process.env['PATH']].join(path.delimiter),
		HOME: scratch,
		TMPDIR: scratch,
		LANG: 'C.UTF-8',
		KUBECACHEDIR: path.join(scratch, 'kubectl-cache'),
		KUBE_ASSETS: assetsFolder(),
	};
};

/** The last that was printed there: why a command fails is often said by the sandbox. */
const otherTerminals = async (scratch: string): Promise<string> => {
	const logs = (await readdir(scratch, {recursive: true})).filter((file) => file.endsWith('.log'));
	const texts = await Promise.all(logs.map(async (file) => readFile(path.join(scratch, file), 'utf8')));
	return texts.map((text) => `In another terminal:\n${text.slice(-3000)}`).join('\n');
};

/**
 * Runs a page, given by its path from the root. What it writes to /tmp goes to a folder of this run's own, and its port
 * 8080 is another, free one. On the real control plane `aviary sandbox` has `--real`. Throws at the first block that
 * fails or shows something else than the page.
 */
export const runPage = async (page: string, where: Where): Promise<void> => {
	const scratch = await mkdtemp(path.join(tmpdir(), 'aviary-page-'));
	const port = await freePort();
	const adapted = (text: string): string =>
		text
			.replaceAll('/tmp/', `${scratch}/`)
			.replaceAll(/\b8080\b/gu, String(port))
			.replaceAll('aviary sandbox', where === 'real' ? 'aviary sandbox --real' : 'aviary sandbox');
	const shell = openShell(root, scratch, await environmentIn(scratch));
	try {
		let opener: string | undefined;
		for (const block of blocksOf(adapted(await readFile(path.join(root, page), 'utf8')))) {
			if (!isTyped(block, where)) continue;
			if (block.marks.some(is('opens a shell'))) {
				opener = block.code;
				continue;
			}

			const script = scriptOf(block, opener, path.join(scratch, `terminal-${block.line}.log`));
			opener = undefined;
			const {output, isGood} = await shell.run(script);
			if (!isGood) {
				const others = await otherTerminals(scratch);
				throw new Error(`${page}:${block.line} fails:\n${block.code}\n${output}\n${others}`);
			}

			for (const {line, text} of block.shown) {
				if (!isShown(text, output)) throw new Error(`${page}:${line} shows\n${text}\nand this came:\n${output}`);
			}
		}
	} finally {
		await shell.close();
		await rm(scratch, {recursive: true, force: true});
	}
};
