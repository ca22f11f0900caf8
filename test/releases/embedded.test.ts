// The releases on the embedded world.
import test from 'ava';
import {casesOf} from './cases.ts';
import {startEmbeddedHarness} from './embedded-harness.ts';
import {shapes} from './shapes.ts';

for (const shape of shapes) {
	for (const {title, run} of casesOf(shape)) {
		test(`${shape.title}: ${title}`, async (t) => {
			const harness = await startEmbeddedHarness('test');
			try {
				await run(t, harness, shape);
			} finally {
				await harness.stop();
			}
		});
	}
}
