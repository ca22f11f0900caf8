// Releases that are judged by MetricTemplates, on the embedded world.
import test from 'ava';
import {PROMETHEUS_ORIGIN} from '../../sandbox/in-process.ts';
import {startEmbeddedHarness} from './embedded-harness.ts';
import {today} from './shapes.ts';
import {datadogErrors, prometheusErrors, templateCases} from './templates.ts';

const sources = [prometheusErrors(PROMETHEUS_ORIGIN), datadogErrors(`${PROMETHEUS_ORIGIN}/datadog`)];

for (const asked of sources) {
	for (const {title, run} of templateCases) {
		test(`${asked.type}: ${title}`, async (t) => {
			const harness = await startEmbeddedHarness('test');
			try {
				await run(t, harness, today, asked);
			} finally {
				await harness.stop();
			}
		});
	}
}
