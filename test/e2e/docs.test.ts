// The pages of docs on a real control plane: each typed as it stands, with `aviary sandbox --real` for its cluster.
import test from 'ava';
import {pages} from '../docs/pages.ts';
import {runPage} from '../docs/run-page.ts';
import {programNamed} from '../kubectl/program.ts';
import {builtAssets} from './control-plane/build-assets.ts';

/** Pages that only the embedded sandbox can follow, with the reason. */
const embeddedOnly: Readonly<Record<string, string>> = {
	// A real API server ends every watch of a CRD's objects some moments after that CRD was applied again.
	'docs/walkthroughs/000-plain-artifacts.md': 'its CRDs end kubectl wait’s watch; examples.test.ts runs its manifests',
	'docs/walkthroughs/001-rollout-operator.md': 'autoscaling/v2beta1 and exec; examples.test.ts runs its manifests',
};

test.before('the programs are there', (t) => {
	t.truthy(builtAssets());
	t.truthy(programNamed('helm'), 'the chart is installed as the pages say');
});

test('an exception is a page', (t) => {
	t.deepEqual(
		Object.keys(embeddedOnly).filter((page) => !pages.includes(page)),
		[],
	);
});

for (const page of pages.filter((one) => !(one in embeddedOnly))) {
	test.serial(`${page} on real binaries`, async (t) => {
		await runPage(page, 'real');
		t.pass();
	});
}
