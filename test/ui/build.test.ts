import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {buildPageInto} from '../../ui/build.ts';

test('the page names its files relatively, has nothing inline, and leaves no former ones', async (t) => {
	const folder = await mkdtemp(path.join(tmpdir(), 'aviary-page-'));
	t.teardown(() => rm(folder, {recursive: true}));
	await buildPageInto(folder);
	await writeFile(path.join(folder, 'assets', 'page-FORMERLY.js'), '');
	await buildPageInto(folder);
	const html = await readFile(path.join(folder, 'index.html'), 'utf8');
	const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name = '']) => name);
	const files = await readdir(folder, {recursive: true});
	t.deepEqual(files.sort(), ['assets', 'index.html', ...named].sort());
	t.notRegex(html, /<style|style=|<script[^>]*>[^<]|\son\w+=/);
});
