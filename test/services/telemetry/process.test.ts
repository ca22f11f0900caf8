// What the daemon tells of its own process, where its time is real: the alert on a lagging event loop reads it.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {startDaemon} from '../../../index.ts';
import {startEmbedded} from '../../../sandbox/embedded.ts';
import {inProcess, inProcessConfig} from '../../../sandbox/in-process.ts';
import {wallClock} from '../../../services/clock.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';

const RULES = new URL('../../../artifacts/rules/aviary.rules.yaml', import.meta.url);
const OPERATOR = new URL('../../../artifacts/dashboards/operator.json', import.meta.url);

test('a started daemon has the series of its process that alerts and dashboards read', async (t) => {
	const embedded = await startEmbedded({clock: wallClock, random: seededRandom(1), speed: 1, log: silentLog});
	t.teardown(() => embedded.stop());
	const daemon = await startDaemon(inProcessConfig, {
		log: silentLog,
		transport: inProcess(embedded.handler, embedded.world.prometheus),
	});
	t.teardown(() => daemon.stop());
	const scraped = await (await fetch(daemon.metricsUrl)).text();
	const read = `${await readFile(RULES, 'utf8')}${await readFile(OPERATOR, 'utf8')}`;
	const wanted = new Set(read.match(/\b(?:nodejs|process)_[a-z0-9_]+/g));
	t.true(wanted.has('nodejs_eventloop_lag_p99_seconds'));
	for (const name of wanted) {
		t.regex(scraped, new RegExp(`^${name}(?:\\{[^}]*\\})? [-0-9.e+]+$`, 'm'), name);
	}
});
