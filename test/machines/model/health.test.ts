import test from 'ava';
import * as fc from 'fast-check';
import type {Workload, World} from '../../../api/model.ts';
import {
	canaryIsFailing,
	rolloutLackOf,
	lackOfCanary,
	primaryCanServe,
	scalingUnderWay,
} from '../../../machines/model/health.ts';
import {atWeight, contextOf, paired, REPLICAS} from '../world.ts';

const whole: Workload = {
	name: 'podinfo',
	uid: 'uid',
	resourceVersion: '1',
	revision: 'v2',
	replicas: 4,
	observed: true,
	total: 4,
	updated: 4,
	available: 4,
	ready: 4,
	deadlineExceeded: false,
};

const table: ReadonlyArray<readonly [Partial<Workload>, string]> = [
	[{}, ''],
	[{replicas: 0, total: 0, updated: 0, available: 0, ready: 0}, ''],
	[{observed: false}, 'observed deployment generation less than desired generation'],
	[{deadlineExceeded: true}, 'it exceeded its progress deadline'],
	[{deadlineExceeded: true, trouble: 'ImagePullBackOff'}, 'it exceeded its progress deadline (ImagePullBackOff)'],
	[{updated: 1}, '1 out of 4 new replicas have been updated'],
	[{total: 5}, '1 old replicas are pending termination'],
	[{available: 1}, '1 of 4 updated replicas are available'],
	[{available: 1, trouble: 'CrashLoopBackOff'}, '1 of 4 updated replicas are available (CrashLoopBackOff)'],
];

for (const [change, lack] of table) {
	test(`a rollout with ${JSON.stringify(change)} lacks ${lack === '' ? 'nothing' : `"${lack}"`}`, (t) => {
		t.is(textOf({...whole, ...change}, 100), lack);
	});
}

const textOf = (...of: Parameters<typeof rolloutLackOf>): string => rolloutLackOf(...of).text;

test('counts of available replicas and troubles are news; how far a controller is passes by', (t) => {
	t.true(rolloutLackOf({...whole, available: 1}, 100).isNews);
	t.true(rolloutLackOf({...whole, deadlineExceeded: true}, 100).isNews);
	t.false(rolloutLackOf({...whole, updated: 1}, 100).isNews);
	t.true(rolloutLackOf({...whole, updated: 1, trouble: 'pod x: ImagePullBackOff'}, 100).isNews);
	t.false(rolloutLackOf(undefined, 100).isNews);
});

test('a workload that is not there lacks itself', (t) => {
	t.is(textOf(undefined, 100), 'it does not exist');
});

test('a ready threshold of half takes half of the replicas, and never none of one', (t) => {
	t.is(textOf({...whole, available: 2}, 50), '');
	t.is(textOf({...whole, available: 1}, 50), '1 of 4 updated replicas are available');
	t.is(
		textOf({...whole, replicas: 1, total: 1, updated: 1, available: 0}, 50),
		'0 of 1 updated replicas are available',
	);
});

test('whatever the threshold, all replicas available are enough and none are not', (t) => {
	fc.assert(
		fc.property(fc.integer({min: 1, max: 100}), fc.integer({min: 0, max: 100}), (replicas, threshold) => {
			const rolled = {...whole, replicas, total: replicas, updated: replicas};
			t.is(textOf({...rolled, available: replicas}, threshold), '');
			t.not(textOf({...rolled, available: 0}, threshold), '');
		}),
	);
});

test('a canary at zero is scaled to zero, whatever else is said of it', (t) => {
	t.is(lackOfCanary(contextOf({}, {}, {replicas: 0})), 'it is scaled to zero');
});

test('a canary without users cannot fail them', (t) => {
	t.false(canaryIsFailing(contextOf({canary: 'failing'})));
});

test('a canary with users fails them when no pod is ready, when pods were lost, and when it is gone', (t) => {
	const run = {...atWeight(20), healthyReplicas: REPLICAS};
	t.true(canaryIsFailing(contextOf({canary: 'failing'}, run)));
	t.true(canaryIsFailing(contextOf({canary: 'rising'}, run)));
	t.true(canaryIsFailing(contextOf({target: 'none'}, run)));
	t.false(canaryIsFailing(contextOf({}, run)));
});

/** Of a canary that had four pods when it was last whole. */
const losses: ReadonlyArray<readonly [thresholdPercent: number, ready: number, isFailing: boolean]> = [
	[100, 4, false],
	[100, 3, true],
	[75, 3, false],
	[75, 2, true],
	[60, 3, false],
	[60, 2, true],
	[50, 3, false],
	[50, 2, false],
	[50, 1, true],
	[50, 0, true],
	[0, 1, false],
	[0, 0, true],
];

for (const [threshold, ready, isFailing] of losses) {
	test(`at a ready threshold of ${threshold} %, ${ready} of 4 ready pods with users ${isFailing ? 'fail' : 'serve'} them`, (t) => {
		const model = {...paired, readyThreshold: {primary: 100, canary: threshold}};
		const {world, ...context} = contextOf({}, {...atWeight(20), healthyReplicas: 4}, {}, model);
		const seen = (available: number) => ({
			...context,
			world: {...(world as World), target: {...whole, ready, available}},
		});
		t.is(canaryIsFailing(seen(ready)), isFailing);
		t.is(canaryIsFailing(seen(0)), isFailing, 'ready pods serve before they are available');
	});
}

test('a scaler that asks for more replicas makes nobody fail, and is said', (t) => {
	const grown = contextOf({canary: 'rising', scaling: 'target'}, {routed: {canary: 20}, healthyReplicas: 1});
	t.false(canaryIsFailing(grown));
	t.is(scalingUnderWay(grown), 'HorizontalPodAutoscaler target scales from 2 to 3 replicas');
	t.is(scalingUnderWay(contextOf({scaling: 'target'}, {}, {replicas: 0})), '');
	t.not(scalingUnderWay(contextOf({scaling: 'primary'}, {}, {replicas: 0})), '');
});

test('a primary can serve with one ready pod', (t) => {
	t.true(primaryCanServe(contextOf({primary: 'rolling'})));
	t.false(primaryCanServe(contextOf({primary: 'down'})));
	t.false(primaryCanServe(contextOf({primary: 'none'})));
});
