// A file of mappings that is wrong ends the daemon before it starts, with what is wrong and what to do.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {CommandError} from '../../cli/errors.ts';
import {mappingsOf} from '../../cli/workload-mappings.ts';

const inFile = async (text: string, use: (file: string) => Promise<void>): Promise<void> => {
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-mappings-'));
	try {
		const file = path.join(dir, 'own.yaml');
		await writeFile(file, text);
		await use(file);
	} finally {
		await rm(dir, {recursive: true});
	}
};

const good =
	'target: {apiVersion: example.com/v1, kind: App, plural: apps}\npromoted: [spec.image]\nready: {condition: Ready}\n';

test('without a file there is nothing to say', async (t) => {
	t.deepEqual(await mappingsOf(undefined), {});
});

test('a file is read, and a mistake in it is a wrong command line', async (t) => {
	await inFile(good, async (file) => {
		t.like((await mappingsOf(file)).workloadMappings?.[0], {target: {kind: 'App'}, promoted: [['spec', 'image']]});
	});
	await inFile(good.replace('spec.image', 'image'), async (file) => {
		const error = await t.throwsAsync(mappingsOf(file), {instanceOf: CommandError});
		t.is(error?.message, `${file}, document 1: promoted[0] is image, which is no path below spec`);
		t.is(error?.exitCode, 2);
		t.regex(error?.remedy ?? '', /spec\.values/);
	});
});
