import {readFile} from 'node:fs/promises';
import test from 'ava';
import {metricsPage} from '../../../services/telemetry/write-docs.ts';

test('docs/metrics.md is what npm run generate writes', async (t) => {
	const written = await readFile(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
	t.is(written, metricsPage(), 'run npm run generate');
});

test('every series stands on the page once', (t) => {
	const names = [...metricsPage().matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
	t.is(new Set(names).size, names.length);
	t.true(names.length > 20);
});
