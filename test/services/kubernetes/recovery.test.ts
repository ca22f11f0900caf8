import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {HttpError} from '../../../services/http/door.ts';
import {ApiError} from '../../../services/kubernetes/cluster.ts';
import {createRecovery} from '../../../services/kubernetes/recovery.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';

const refused = () => new HttpError('refused', 'connection refused');
const gone = () =>
	new ApiError({code: 410, reason: 'Expired', outcome: 'refused', attempt: 'WATCH pods', message: 'too old'});

const recovery = () => createRecovery(createVirtualClock(), seededRandom(1), silentLog, 'WATCH pods');

test('a server that was down and has forgotten is asked for a list at once, for what is shown is stale', (t) => {
	const watch = recovery();
	for (let attempt = 0; attempt < 6; attempt += 1) {
		t.true(watch.ended(refused(), false).ms > 0);
	}

	t.deepEqual(watch.ended(gone(), false), {ms: 0, relist: true, reason: 'expired'});
	t.true(watch.ended(gone(), false).ms > 0, 'the next time with a pause');
});
