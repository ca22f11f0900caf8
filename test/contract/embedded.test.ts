// The contract on the embedded world's API server, over a socket.
import test from 'ava';
import {startApiServer} from '../../sandbox/api/server.ts';
import {startEmbedded} from '../../sandbox/embedded.ts';
import {wallClock} from '../../services/clock.ts';
import {silentLog} from '../../services/log.ts';
import {seededRandom} from '../../services/random.ts';
import {cases} from './cases/index.ts';
import {createClient} from './client.ts';
import {declare} from './contract.ts';

declare(test, cases, async () => {
	const embedded = await startEmbedded({clock: wallClock, random: seededRandom(1), speed: 1, log: silentLog});
	const api = await startApiServer({store: embedded.store, log: silentLog});
	const client = createClient(api);
	return {
		client,
		async forget() {
			embedded.store.compact();
		},
		async stop() {
			await client.close();
			await api.close();
			embedded.stop();
		},
	};
});
