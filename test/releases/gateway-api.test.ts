// Releases behind a gateway on the embedded world, whose gateway judges HTTPRoutes and follows them.
import test from 'ava';
import {casesOf} from './cases.ts';
import {startEmbeddedHarness} from './embedded-harness.ts';
import {gatewayApi, gatewayApiBeta} from './gateway-api.ts';

for (const shape of [gatewayApi, gatewayApiBeta]) {
	const [good, failing, ...others] = casesOf(shape);
	// The case that takes over what is there edits a DestinationRule.
	const cases = shape === gatewayApi ? others.filter(({title}) => !title.includes('scaler')) : [];
	for (const {title, run} of [good, failing, ...cases].filter((one) => one !== undefined)) {
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
