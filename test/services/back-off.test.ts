import test from 'ava';
import {backOffMs} from '../../services/back-off.ts';
import {seededRandom} from '../../services/random.ts';

const HOUR_MS = 3_600_000;

test('pauses double up to the longest, and without chance they are exact', (t) => {
	const pauses = Array.from({length: 8}, (_, repetition) => backOffMs({}, repetition));
	t.deepEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000]);
	t.is(backOffMs({}, 1_000_000), 30_000);
	t.deepEqual([backOffMs({baseMs: 500, capMs: 700}, 0), backOffMs({baseMs: 500, capMs: 700}, 1)], [500, 700]);
});

test('the upper half is chance: those who failed together do not come back together', (t) => {
	const random = seededRandom(1);
	const pauses = Array.from({length: 100}, () => backOffMs({random}, 3));
	t.true(pauses.every((pause) => pause >= 1000 && pause <= 2000));
	t.true(new Set(pauses).size > 90);
});

test('nobody comes back before he was asked to, and with chance not all at that moment', (t) => {
	t.is(backOffMs({}, 0, 7000), 7000);
	t.is(backOffMs({}, 6, 7000), 16_000, 'its own pause is longer');
	const random = seededRandom(1);
	const pauses = Array.from({length: 100}, () => backOffMs({random}, 0, 7000));
	t.true(pauses.every((pause) => pause >= 7000 && pause < 7250));
	t.true(new Set(pauses).size > 90);
});

test('a day of Retry-After is two minutes to an API server, and an hour where an hour may be waited', (t) => {
	t.is(backOffMs({}, 0, 24 * HOUR_MS), 120_000);
	t.is(backOffMs({patienceMs: HOUR_MS}, 0, 24 * HOUR_MS), HOUR_MS);
});
