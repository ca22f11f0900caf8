import test from 'ava';
import {wallClock} from '../../../../services/clock.ts';
import {NoPrometheus, speedForScrapes, startRealPrometheus} from '../../../../sandbox/world/prometheus/real.ts';

test('a window of a minute has three scrapes of a second up to a speed of 20', (t) => {
	t.is(speedForScrapes(60_000), 20);
});

test('without the program, --prometheus auto says what to do', async (t) => {
	const before = process.env['PATH'];
	process.env['PATH'] = '/nonexistent';
	t.teardown(() => {
		process.env['PATH'] = before;
	});
	const error = await t.throwsAsync(startRealPrometheus('http://127.0.0.1:1', wallClock), {instanceOf: NoPrometheus});
	t.regex(error?.message ?? '', /no program `prometheus` on the PATH/);
	t.regex(error?.remedy ?? '', /apt-get install prometheus/);
});
