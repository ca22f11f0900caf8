// Several replicas, one Lease: who leads, how long nobody does, and that whoever has lost it does nothing more.
import test from 'ava';
import {LEASE_NAME} from '../../services/election/lease.ts';
import {statusAnswer} from './mortal.ts';
import {electionStage, holderIn, leasesKey} from './election-stage.ts';

/** client-go's, which are the defaults: valid for, renewed within, tried each. */
const [VALID_MS, DEADLINE_MS, RETRY_MS] = [15_000, 10_000, 2000];

test('the first replica leads, renews, and looks after the Canaries; the second only watches the Lease', async (t) => {
	const stage = await electionStage(t);
	const one = await stage.start();
	t.true(await one.leads());
	const two = await stage.start();
	await Promise.all([one.daemon.ready, two.daemon.ready]);
	t.false(await two.leads());
	const first = holderIn(stage.lease());
	t.regex(first, /^.+_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
	t.like(stage.lease()?.spec, {leaseDurationSeconds: 15, leaseTransitions: 0});
	const before = stage.simulation.clock.now();
	await stage.pass(60_000);
	t.is(holderIn(stage.lease()), first);
	const renewals = one.requests.filter(({what, at}) => at > before && what.startsWith('PATCH leases')).length;
	t.true(Math.abs(renewals - 60_000 / RETRY_MS) <= 1, `${renewals} renewals a minute`);
	t.deepEqual([...new Set(two.requests.map(({what}) => what))], ['WATCH leases', 'GET leases flagger-leader-election']);
	t.true(one.actsSince(0).length > 5);
	const events = stage.simulation.embedded.store.list({group: '', plural: 'events'}, {namespace: 'kube-system'}).items;
	t.deepEqual(
		events.map(({reason, message, type}) => [reason, message, type]),
		[['LeaderElection', `${first} became leader`, 'Normal']],
	);
});

test('the page of a replica that follows names the pod that leads', async (t) => {
	const stage = await electionStage(t);
	const now = new Date(stage.simulation.clock.now()).toISOString().replace('Z', '000Z');
	const spec = {
		holderIdentity: 'aviary-6d5f7-x2x4q_0b7a3d52-6f0c-4c56-9f4e-9a1d7c1f2a11',
		leaseDurationSeconds: 15,
		leaseTransitions: 0,
		acquireTime: now,
		renewTime: now,
	};
	const metadata = {name: LEASE_NAME, namespace: 'kube-system'};
	const lease = {apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec};
	stage.simulation.embedded.store.create(leasesKey, lease, 'another');
	const {daemon} = await stage.start({config: {ui: {port: 0, address: '127.0.0.1', auth: 'open'}}});
	const answer = await fetch(new URL('api/v1/canaries', daemon.pageUrl));
	t.is(answer.status, 503);
	const {message, remedy} = (await answer.json()) as {message: string; remedy: string};
	t.is(message, 'another replica looks after the Canaries: aviary-6d5f7-x2x4q');
	t.regex(remedy, /kubectl port-forward pod\/aviary-6d5f7-x2x4q \d+$/);
});

test('a replica that is told to stop gives the Lease back, and another leads within milliseconds', async (t) => {
	const stage = await electionStage(t);
	const one = await stage.start();
	const two = await stage.start();
	await stage.pass(20_000);
	const ended = one.end();
	t.true((await stage.leadsWithin(two, 1000)) <= 20);
	await stage.pass(1000);
	await ended;
	t.is(stage.lease()?.spec?.['leaseTransitions'], 1);
	const since = stage.simulation.clock.now();
	await stage.pass(30_000);
	t.deepEqual(one.actsSince(since), []);
	t.true(await two.leads());
});

test('a replica that is killed is followed by another as soon as its Lease has expired', async (t) => {
	const stage = await electionStage(t);
	const one = await stage.start();
	const two = await stage.start();
	await stage.pass(21_000);
	one.kill();
	const ms = await stage.leadsWithin(two, 30_000);
	t.true(ms > VALID_MS - RETRY_MS - 100 && ms <= VALID_MS + 20, `${ms} ms`);
});

test('a leader that nobody hears stops at its deadline, before another may lead, and follows when it is heard again', async (t) => {
	const stage = await electionStage(t, {shape: 'first'});
	const one = await stage.start();
	const two = await stage.start();
	await stage.pass(20_000);
	one.cutOff();
	const lastRenewal = one.requests.findLast(({what}) => what.startsWith('PATCH leases'))?.at ?? 0;
	const ms = await stage.leadsWithin(two, 20_000);
	t.true(ms > VALID_MS - RETRY_MS - 100 && ms <= VALID_MS + 20, `${ms} ms`);
	one.mend();
	await stage.pass(30_000);
	t.deepEqual(one.actsSince(lastRenewal + DEADLINE_MS), []);
	t.true(await two.leads());
	t.false(await one.leads());
	t.true(one.actsSince(0).length > 0);
});

test('a leader that was stopped past its Lease does nothing when it wakes, though it heard of work first', async (t) => {
	const stage = await electionStage(t);
	const one = await stage.start();
	const two = await stage.start();
	await stage.simulation.until(() => stage.simulation.weight() > 0);
	one.pause();
	await stage.leadsWithin(two, 20_000);
	await stage.pass(20_000);
	const wokenAt = stage.simulation.clock.now();
	one.resume();
	await stage.pass(20_000);
	t.deepEqual(one.actsSince(wokenAt), []);
	t.false(await one.leads());
	t.true(await two.leads());
	t.true(two.actsSince(0).length > 0);
	const end = two.end();
	t.true((await stage.leadsWithin(one, 1000)) <= 20, 'it can be elected again');
	await stage.pass(1000);
	await end;
});

test('wall clocks an hour apart change nothing', async (t) => {
	const stage = await electionStage(t);
	const one = await stage.start({skewMs: 3_600_000});
	const two = await stage.start({skewMs: -3_600_000});
	await stage.pass(60_000);
	t.true(await one.leads());
	t.false(await two.leads());
	one.kill();
	const ms = await stage.leadsWithin(two, 30_000);
	t.true(ms > VALID_MS - RETRY_MS - 100 && ms <= VALID_MS + 20, `${ms} ms`);
	await stage.start({skewMs: 3_600_000});
	await stage.pass(60_000);
	t.true(await two.leads());
});

test('a deleted Lease is made anew by its holder, and nobody else takes it', async (t) => {
	const stage = await electionStage(t);
	const one = await stage.start();
	const two = await stage.start();
	const first = holderIn(stage.lease());
	await stage.pass(21_000);
	stage.deleteLease();
	t.is(stage.lease(), undefined);
	await stage.pass(10);
	t.is(holderIn(stage.lease()), first);
	await stage.pass(60_000);
	t.deepEqual([await one.leads(), await two.leads()], [true, false]);
});

test('a Lease given to somebody else by hand stops the leader at once; it is won back when that one is silent', async (t) => {
	const stage = await electionStage(t);
	const one = await stage.start();
	await stage.pass(20_000);
	stage.edit({holderIdentity: 'somebody', leaseDurationSeconds: 30, leaseTransitions: 7});
	const editedAt = stage.simulation.clock.now();
	await stage.pass(10);
	t.false(await one.leads());
	await stage.pass(29_000);
	t.deepEqual(one.actsSince(editedAt + 1), []);
	const ms = 29_010 + (await stage.leadsWithin(one, 60_000));
	t.true(ms >= 29_900 && ms <= 30_020, `${ms} ms`);
	t.is(stage.lease()?.spec?.['leaseTransitions'], 8);
});

test('a Lease with nonsense in it is taken like any other', async (t) => {
	const stage = await electionStage(t);
	const {store} = stage.simulation.embedded;
	const metadata = {name: 'flagger-leader-election', namespace: 'kube-system'};
	store.create(leasesKey, {apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata}, 'user');
	const one = await stage.start();
	await stage.leadsWithin(one, VALID_MS + 100);
	t.like(stage.lease()?.spec, {leaseDurationSeconds: 15, leaseTransitions: 1});
});

test('replicas of different namespaces do not wait for each other', async (t) => {
	const stage = await electionStage(t);
	const inTest = await stage.start({config: {namespaces: ['test'], leaderElection: {namespace: 'test'}}});
	const elsewhere = await stage.start({config: {namespaces: ['default'], leaderElection: {namespace: 'default'}}});
	t.deepEqual([await inTest.leads(), await elsewhere.leads()], [true, true]);
	t.not(holderIn(stage.lease('test')), holderIn(stage.lease('default')));
});

test('an account that may not use leases is told what it lacks, is not ready, and goes on when it may', async (t) => {
	const stage = await electionStage(t);
	let isAllowed = false;
	const one = await stage.start({
		async intercept(request, next) {
			const isLease = request.url.pathname.includes('/leases');
			const why = 'leases.coordination.k8s.io is forbidden: User "aviary" cannot get resource "leases"';
			return isLease && !isAllowed ? statusAnswer(403, 'Forbidden', why) : next();
		},
	});
	await stage.pass(30_000);
	t.false(await one.leads());
	const readiness = async (): Promise<number> =>
		(await fetch(one.daemon.metricsUrl.replace('metrics', 'readyz'))).status;
	t.is(await readiness(), 503);
	const said = one.complaints.filter((line) => line.startsWith('leader election is held up'));
	t.is(said.length, 1, 'once, however often it was tried');
	t.regex(
		said[0] ?? '',
		/is forbidden.*"remedy":.*get, create, patch and watch leases.*kube-system.*rbac\.yaml.*--leader-election-namespace/,
	);
	isAllowed = true;
	await stage.leadsWithin(one, 5000);
	await one.daemon.ready;
	t.is(await readiness(), 200);
});

test('a namespace that is not there is named', async (t) => {
	const stage = await electionStage(t);
	const one = await stage.start({config: {leaderElection: {namespace: 'nowhere'}}});
	t.regex(
		one.complaints.join('\n'),
		/create the namespace nowhere, or choose another one by --leader-election-namespace/,
	);
});
