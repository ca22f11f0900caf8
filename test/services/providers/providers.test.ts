// What derives from the rooms: names, permissions, the page. A new provider needs nothing here.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {knownProviders} from '../../../api/providers.ts';
import {providers} from '../../../services/providers/index.ts';
import {generatedFiles, ruleText} from '../../../services/providers/write-docs.ts';

const root = join(import.meta.dirname, '..', '..', '..');

for (const [path, text] of generatedFiles()) {
	test(`${path} is what npm run generate writes`, (t) => {
		t.true(readFileSync(join(root, path), 'utf8') === text, 'stale: run npm run generate');
	});
}

test('no two providers answer to one name, and the API server lets every name in', (t) => {
	const names = providers.flatMap((provider) => provider.names);
	t.deepEqual([...new Set(names)], names);
	t.deepEqual(
		names.filter((name) => !knownProviders.some((known) => known === name)),
		[],
	);
});

test('what a provider may do is granted by its manifest, and concerns its own APIs', (t) => {
	for (const {title, permissions, grantedIn, apis} of providers) {
		t.is(grantedIn === undefined, permissions.length === 0, title);
		const manifest = grantedIn === undefined ? '' : readFileSync(join(root, 'artifacts', grantedIn), 'utf8');
		for (const permission of permissions) {
			t.true(manifest.includes(ruleText(permission)), `${title}: ${permission.resources.join(', ')}`);
			t.true(
				apis.some(({group}) => group === permission.group),
				`${title}: ${permission.group}`,
			);
		}
	}
});

test('a provider without routes shares out nothing', (t) => {
	for (const {names, capabilities} of providers) {
		t.false(capabilities.includes('routeless') && capabilities.includes('weights'), names.join(', '));
	}
});
