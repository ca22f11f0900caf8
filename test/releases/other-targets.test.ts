// The releases of DaemonSets and StatefulSets on the embedded world.
import test from 'ava';
import {casesOf} from './cases.ts';
import {startEmbeddedHarness} from './embedded-harness.ts';
import {daemonSet, statefulSet} from './other-targets.ts';

for (const shape of [daemonSet, statefulSet]) {
	// Scalers are of Deployments in the case that takes over what is there.
	for (const {title, run} of casesOf(shape).filter((one) => !one.title.includes('scaler'))) {
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
