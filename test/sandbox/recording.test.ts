// A recording is read as it was written, also when the sandbox was killed while writing; other files are refused.
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readRecording, startRecording} from '../../sandbox/recording.ts';
import type {Happening} from '../../sandbox/scenario/happenings.ts';

const happenings: readonly Happening[] = [
	{kind: 'timeline', at: 1000, text: 'one'},
	{kind: 'gone', at: 2000, canary: 'test/podinfo'},
	{kind: 'traffic', at: 3000, requests: 10, errors: 1},
];

const fileIn = async (t: ExecutionContext): Promise<string> => {
	const folder = await mkdtemp(join(tmpdir(), 'aviary-recording-'));
	t.teardown(() => rm(folder, {recursive: true}));
	return join(folder, 'run.jsonl');
};

const read = async (file: string): Promise<readonly Happening[]> => {
	const found: Happening[] = [];
	for await (const happening of readRecording(file)) {
		found.push(happening);
	}

	return found;
};

const recorded = async (t: ExecutionContext): Promise<string> => {
	const file = await fileIn(t);
	const recorder = await startRecording(file);
	for (const happening of happenings) {
		recorder.write(happening);
	}

	await recorder.close();
	return file;
};

test('what was written is read', async (t) => {
	t.deepEqual(await read(await recorded(t)), happenings);
});

test('a last line that was cut off is left out', async (t) => {
	const file = await recorded(t);
	const text = await readFile(file, 'utf8');
	await writeFile(file, text.slice(0, -8));
	t.deepEqual(await read(file), happenings.slice(0, -1));
});

const wrong: ReadonlyArray<readonly [string, (text: string) => string, RegExp]> = [
	['a broken line in the middle', (text) => text.replace('"kind":"gone"', '"ki'), /run\.jsonl:3: no happening$/],
	['another version', (text) => text.replace('"version":1', '"version":2'), /is a recording of version 2$/],
	['another file', () => '{"name": "aviary"}\n', /run\.jsonl is no recording of the sandbox$/],
	['an empty file', () => '', /run\.jsonl is no recording of the sandbox$/],
];

for (const [title, spoil, message] of wrong) {
	test(`refused: ${title}`, async (t) => {
		const file = await recorded(t);
		await writeFile(file, spoil(await readFile(file, 'utf8')));
		const error = await t.throwsAsync(read(file), {name: 'RecordingError'});
		t.regex(error?.message ?? '', message);
	});
}

test('a file that cannot be written is refused at once', async (t) => {
	const error = await t.throwsAsync(startRecording('/nowhere/at/all/run.jsonl'), {name: 'RecordingError'});
	t.regex(error?.message ?? '', /cannot write the recording: .*\/nowhere\/at\/all\/run\.jsonl/);
});
