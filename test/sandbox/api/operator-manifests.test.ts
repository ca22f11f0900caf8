// What installs the operator can be applied to the sandbox: its kinds are kept there, though nothing acts on them.
import {readdirSync, readFileSync} from 'node:fs';
import test from 'ava';
import {objectsOf, startEmbedded} from '../../../sandbox/embedded.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';

const artifacts = new URL('../../../artifacts/', import.meta.url);

test('every manifest of artifacts/operator and artifacts/roles is kept', async (t) => {
	const embedded = await startEmbedded({
		clock: createVirtualClock(),
		random: seededRandom(1),
		speed: 60,
		log: silentLog,
	});
	const files = ['operator', 'roles'].flatMap((folder) =>
		readdirSync(new URL(folder, artifacts))
			.filter((file) => file.endsWith('.yaml'))
			.map((file) => `${folder}/${file}`),
	);
	const objects = files.flatMap((file) => objectsOf(readFileSync(new URL(file, artifacts), 'utf8')));
	t.notThrows(() => embedded.apply(objects.toSorted(({kind}) => (kind === 'Namespace' ? -1 : 0))));
	const policies = {group: 'admissionregistration.k8s.io', plural: 'validatingadmissionpolicies'};
	t.is(embedded.store.list(policies, {}).items.length, 1);
	embedded.stop();
});
