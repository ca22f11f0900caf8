// Where runs take place: a control plane with the operator's account, and the way to it.
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {ACCOUNT, startGround} from '../cluster.ts';
import {builtAssets} from '../control-plane/build-assets.ts';
import {upstreamOf} from './proxy.ts';
import type {Site} from './runs.ts';

/** A check interval of a minute is a second. */
const SPEED = 60;

/** A site, and how to leave it. */
export const startSite = async (): Promise<Site & {stop(): Promise<void>}> => {
	await using started = new AsyncDisposableStack();
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-faults-'));
	started.defer(() => rm(dir, {recursive: true, force: true}));
	const ground = await startGround(dir, builtAssets(), SPEED);
	started.defer(() => ground.stop());
	const {plane} = ground;
	const file = await plane.kubeconfigFor(ACCOUNT);
	const {users} = JSON.parse(await readFile(file, 'utf8')) as {users: [{user: {token: string}}]};
	const upstream = upstreamOf(plane.url, await readFile(plane.caFile), users[0].user.token);
	started.defer(() => upstream.dispatcher.destroy());
	const all = started.move();
	return {ground, upstream, except: [], stop: () => all.disposeAsync()};
};
