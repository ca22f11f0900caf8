// What every provider keeps to, whatever it routes by: one suite, which each room passes with a stage of its own.
import test from 'ava';
import type {CanaryModel} from '../../../api/model.ts';
import {isSameShare, noShare, type Share} from '../../../api/shares.ts';
import {ApiError, type KubeObject} from '../../../services/kubernetes/cluster.ts';
import {Taken} from '../../../services/objects/ownership.ts';
import type {Provider} from '../../../services/providers/provider.ts';
import {Unroutable} from '../../../services/providers/router.ts';
import type {MemoryCluster} from '../workloads/memory-cluster.ts';
import {memoryCluster} from '../workloads/memory-cluster.ts';

export type ProviderStage = {
	readonly provider: Provider;
	readonly model: CanaryModel;
	/** Puts what is there before the router is asked for anything: workloads, Services, what users bring themselves. */
	readonly lay: (cluster: MemoryCluster) => void;
	/** The object that carries the share, as the memory cluster knows it. */
	readonly carrier: {readonly plural: string; readonly name: string};
	/** What it can give the canary, rising; none where nothing is routed. */
	readonly shares: readonly Share[];
	/** What it cannot. */
	readonly beyond: readonly Share[];
	/** As somebody else gives the canary users, where no share of ours does. */
	readonly strayed?: (carrier: KubeObject) => KubeObject;
	/** False where the object is the user's, whoever controls it. */
	readonly isOurs: boolean;
};

const options = {lane: 'route'} as const;
const stranger = {apiVersion: 'x/v1', kind: 'App', name: 'app', uid: 'app', controller: true};
const about = ({canary, mirrored, match}: Share): Share => ({
	canary,
	...(mirrored !== undefined && {mirrored}),
	...(match !== undefined && {match}),
});

/** Registers the cases. */
export const providerCases = (stage: ProviderStage): void => {
	const {provider, model, carrier, shares, beyond, isOurs} = stage;
	const {router, title} = provider;
	const {plural, name} = carrier;
	const patch = `PATCH ${plural} ${name}`;
	const carrierIn = (cluster: MemoryCluster): KubeObject => {
		const object = cluster.get(plural, name);
		if (object === undefined) throw new Error(`no ${plural} ${name}`);
		return object;
	};

	const laid = async (share: Share = noShare): Promise<MemoryCluster> => {
		const cluster = memoryCluster();
		stage.lay(cluster);
		await router.ensure(cluster, model, noShare, options);
		if (share.canary + (share.mirrored ?? 0) > 0) await router.write(cluster, model, share, options);
		cluster.calls.length = 0;
		return cluster;
	};

	/** With users on the canary. */
	const raised = async (): Promise<MemoryCluster> => {
		const cluster = await laid(shares.at(-1));
		if (stage.strayed !== undefined) cluster.put(plural, stage.strayed(carrierIn(cluster)));
		return cluster;
	};

	const shareIn = (cluster: MemoryCluster): Share | undefined => {
		const route = router.read(model, carrierIn(cluster), {parts: []});
		return route && about(route);
	};

	/** The carrier as another writer leaves it behind our cache, with the share as it is. */
	const touchUnseen = (cluster: MemoryCluster, uid?: string): void => {
		const {metadata, ...rest} = carrierIn(cluster);
		const annotations = {...metadata.annotations, touched: 'yes'};
		cluster.putUnseen(plural, {...rest, metadata: {...metadata, annotations, ...(uid !== undefined && {uid})}});
	};

	test(`${title}: what it routes by is followed, first what carries the share`, async (t) => {
		const [first] = (await router.parts(await laid(), model)) ?? [];
		t.is(first?.resource.plural, plural);
		t.deepEqual(first?.names, [name]);
	});

	test(`${title}: what was written is what is read, and what the answer says`, async (t) => {
		const cluster = await laid();
		for (const share of [...shares, noShare]) {
			const answer = await router.write(cluster, model, share, options);
			t.true(isSameShare(about(answer), share), JSON.stringify(answer));
			t.is(answer.resourceVersion, carrierIn(cluster).metadata.resourceVersion ?? '');
			const read = shareIn(cluster);
			t.true(read !== undefined && isSameShare(read, share), JSON.stringify(read));
		}
	});

	test(`${title}: what is so already is not written`, async (t) => {
		const cluster = await raised();
		await router.write(cluster, model, noShare, options);
		cluster.calls.length = 0;
		await router.write(cluster, model, noShare, options);
		await router.ensure(cluster, model, noShare, options);
		t.deepEqual(cluster.calls, []);
		for (const share of shares) {
			await router.write(cluster, model, share, options);
			cluster.calls.length = 0;
			await router.write(cluster, model, share, options);
			await router.ensure(cluster, model, noShare, options);
			t.deepEqual(cluster.calls, []);
			t.true(isSameShare(shareIn(cluster) ?? noShare, share), 'what is generated keeps the share that is there');
		}
	});

	test(`${title}: less for the canary is written on whatever has become of the object`, async (t) => {
		const cluster = await raised();
		touchUnseen(cluster);
		await router.write(cluster, model, noShare, options);
		t.deepEqual(cluster.calls, [patch]);
		t.is(carrierIn(cluster).metadata.annotations?.['touched'], 'yes');
	});

	test(`${title}: less for the canary is not written on another object of the name unseen`, async (t) => {
		const cluster = await raised();
		touchUnseen(cluster, 'another');
		await router.write(cluster, model, noShare, options);
		t.deepEqual(cluster.calls, [patch, `GET ${plural} ${name}`, patch]);
	});

	test(`${title}: more for the canary is decided anew on what has become of the object`, async (t) => {
		for (const share of shares) {
			const cluster = await laid();
			touchUnseen(cluster);
			await router.write(cluster, model, share, options);
			t.deepEqual(cluster.calls, [patch, `GET ${plural} ${name}`, patch]);
		}

		t.pass();
	});

	test(`${title}: an object that is gone is no share written`, async (t) => {
		const cluster = await laid();
		cluster.drop(plural, name);
		const error = await t.throwsAsync(router.write(cluster, model, noShare, options), {instanceOf: ApiError});
		t.is(error.code, 404);
	});

	test(`${title}: what it cannot give is refused, and nothing is written`, async (t) => {
		const cluster = await laid();
		for (const share of beyond) {
			const error = await t.throwsAsync(router.write(cluster, model, share, options), {instanceOf: Unroutable});
			t.not(error.problem.remedy, '');
		}

		await t.throwsAsync(router.write(cluster, model, {canary: 101}, options), {instanceOf: RangeError});
		t.deepEqual(cluster.calls, []);
	});

	test(`${title}: a name of ours that another controller owns is left alone, a user's own is not`, async (t) => {
		const cluster = await raised();
		const object = carrierIn(cluster);
		cluster.put(plural, {...object, metadata: {...object.metadata, ownerReferences: [stranger]}});
		const writing = router.write(cluster, model, noShare, options);
		if (isOurs) await t.throwsAsync(writing, {instanceOf: Taken});
		else await t.notThrowsAsync(writing);
		t.deepEqual(cluster.calls, isOurs ? [] : [patch]);
	});
};
