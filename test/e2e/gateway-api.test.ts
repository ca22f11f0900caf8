// Releases behind a gateway on a real API server with the Gateway API's own definitions: the operator with the permissions
// for it and no more, a gateway's controller that is played, and the sandbox's proxies that follow the HTTPRoute.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {httpRoutes} from '../../services/providers/gatewayapi/api.ts';
import {statusBecomes} from '../releases/assertions.ts';
import {casesOf} from '../releases/cases.ts';
import {gatewayApi, gatewayApiBeta} from '../releases/gateway-api.ts';
import {initialized, release} from '../releases/shapes.ts';
import {ACCOUNT, artifact, aviary, startCluster, type Cluster} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {gatewayApiDefinitions} from './gateway-api.ts';
import {gateways, playGateway} from './gateway-player.ts';
import {permissionsIn, useIn} from './permissions.ts';

/** A check interval of a minute is a second. */
const SPEED = 60;
const PERMISSIONS = artifact('routers/gatewayapi.yaml');

const assets = builtAssets();
let dir: string;
let cluster: Cluster;

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-gateway-api-'));
	const routes = {definitions: await gatewayApiDefinitions(), kinds: [gateways, httpRoutes]};
	cluster = await startCluster(dir, assets, SPEED, undefined, {}, {...aviary, routes});
	await cluster.kubectl(['apply', '-f', PERMISSIONS]);
});

test.after.always(async () => {
	await cluster?.stop();
	await rm(dir, {recursive: true, force: true});
});

const [good, failing] = casesOf(gatewayApi);
const [goodBeta] = casesOf(gatewayApiBeta);
const cases = [
	{shape: gatewayApi, one: good},
	{shape: gatewayApi, one: failing},
	{shape: gatewayApiBeta, one: goodBeta},
];

for (const [index, {shape, one}] of cases.entries()) {
	if (one === undefined) continue;
	test(`${shape.title}: ${one.title}`, async (t) => {
		const namespace = `gateway-${index + 1}`;
		const harness = cluster.harnessIn(namespace);
		// Of one release the first answer to each kind of write is lost: it is read, and nothing is done twice.
		if (one === failing) cluster.transport.loseAnswersIn(namespace);
		const player = playGateway(harness, (args) => cluster.kubectl(args));
		try {
			await one.run(t, harness, shape);
		} finally {
			await player.stop();
		}

		t.true(player.judged().size > 1, 'the gateway has judged each state of the route');
	});
}

test('a step whose route no gateway has taken up waits, and says for whom', async (t) => {
	const harness = cluster.harnessIn('unjudged');
	const player = playGateway(harness, (args) => cluster.kubectl(args));
	await harness.apply(await gatewayApi.objects('unjudged', {tag: '1.1.1'}));
	await initialized(harness);
	await player.stop();
	await release(harness, gatewayApi, {tag: '1.2.0'});
	const status = await statusBecomes(harness, 'the wait shows', ({reason}) =>
		String(reason).includes('to be accepted by Gateway public.unjudged'),
	);
	t.is(status['canaryWeight'], gatewayApi.weights[0]);
	const again = playGateway(harness, (args) => cluster.kubectl(args));
	await statusBecomes(harness, 'it goes on', ({canaryWeight}) => canaryWeight === gatewayApi.weights[1]);
	await again.stop();
});

test.after('the operator used all that it is allowed for these routes, and was refused nothing', async (t) => {
	const {used, forbidden} = await useIn(cluster.plane.auditLog, ACCOUNT, []);
	t.deepEqual(forbidden, []);
	const missing = (await permissionsIn(PERMISSIONS)).filter((one) => !used.includes(one));
	t.deepEqual(missing, []);
});
