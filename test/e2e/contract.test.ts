// The contract on a real control plane: what the embedded API server is measured by.
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {silentLog} from '../../services/log.ts';
import {cases} from '../contract/cases/index.ts';
import {createClient} from '../contract/client.ts';
import {declare, documentsOf, install, ownDefinitions} from '../contract/contract.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {gatewayApiDefinitions} from './gateway-api.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {startNodes} from '../../sandbox/real/control-plane/nodes.ts';
import {startControlPlane} from '../../sandbox/real/control-plane/start.ts';

const ISTIO = 'networking.istio.io';

const istioDefinitions = async (assets: string) =>
	documentsOf(await readFile(path.join(assets, 'istio-crds.yaml'), 'utf8')).filter(
		({spec}) => (spec as {group: string}).group === ISTIO,
	);

declare(test, cases, async () => {
	const assets = builtAssets();
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-contract-'));
	const plane = await startControlPlane({dir, assets, log: silentLog});
	const nodes = startNodes({kubeconfig: plane.adminKubeconfig, log: silentLog});
	const {users} = JSON.parse(await readFile(plane.adminKubeconfig, 'utf8')) as {users: [{user: {token: string}}]};
	const client = createClient({url: plane.url, token: users[0].user.token, ca: await readFile(plane.caFile)});
	const stop = async (): Promise<void> => {
		await client.close();
		await nodes.stop();
		await plane.stop();
		await rm(dir, {recursive: true, force: true});
	};
	try {
		const definitions = [ownDefinitions(), istioDefinitions(assets), gatewayApiDefinitions()];
		await install(client, (await Promise.all(definitions)).flat(), eventually);
	} catch (error) {
		await stop();
		throw error;
	}

	// Its watch cache begins after version 1 anyway.
	return {client, forget: async () => {}, stop};
});
