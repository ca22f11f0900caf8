// The sessions on the embedded API server: they must leave the transcripts that a real one left.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {startApiServer, type ApiServer} from '../../sandbox/api/server.ts';
import {startEmbedded, type Embedded} from '../../sandbox/embedded.ts';
import {wallClock} from '../../services/clock.ts';
import {silentLog} from '../../services/log.ts';
import {seededRandom} from '../../services/random.ts';
import {casesWith, programNamed} from './program.ts';
import {sessions} from './sessions/index.ts';
import {checkTranscript} from './transcripts.ts';

let embedded: Embedded;
let api: ApiServer;
let folder: string;

test.before('a world to type in', async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'aviary-typed-'));
	embedded = await startEmbedded({clock: wallClock, random: seededRandom(1), speed: 20, log: silentLog});
	api = await startApiServer({store: embedded.store, log: silentLog});
});

test.after.always('nothing left of it', async () => {
	await api.close();
	embedded.stop();
	await rm(folder, {recursive: true, force: true});
});

const withKubectl = casesWith('kubectl');

for (const session of sessions) {
	withKubectl(session.title, async (t) => {
		const site = {program: programNamed('kubectl') ?? '', cluster: {server: api.url}, user: {token: 'sandbox'}, folder};
		await checkTranscript(t, session, site);
	});
}
