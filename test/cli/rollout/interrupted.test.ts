// Where a signal leaves the users of a rollout, and what the exit code says of it.
import test from 'ava';
import type {Result} from '../../../cli/rollout/report.ts';
import {modelOf} from '../../../cli/rollout/scan.ts';
import {exitCodeAfter, leftOf} from '../../../cli/rollout/words.ts';
import {openStage, settings, type Life, type Stage} from './stage.ts';

const codes = (results: readonly Result[]): readonly number[] => [
	exitCodeAfter('SIGINT', results),
	exitCodeAfter('SIGTERM', results),
];

const interrupt = async (stage: Stage, life: Life): Promise<readonly Result[]> => {
	let results: readonly Result[] | undefined;
	const begin = async (): Promise<void> => {
		results = await life.campaign.interrupt();
	};
	void begin();
	await stage.until(() => results !== undefined, 'the end of the command', 60);
	return results ?? [];
};

test('in mid-run GA has all traffic, and a pipeline sees that it was cancelled', async (t) => {
	const stage = await openStage(t);
	const life = await stage.start();
	await stage.until(() => stage.weight() === 50, 'the second weight');
	t.true(life.campaign.isUnderWay());
	t.deepEqual(codes(await interrupt(stage, life)), [130, 143]);
	t.is(stage.weight(), 0);
});

for (const outage of ['refuses', 'hangs'] as const) {
	test(`an API server that ${outage} holds nobody up, and what users may be left with is said`, async (t) => {
		const stage = await openStage(t);
		const life = await stage.start();
		await stage.until(() => stage.weight() === 50, 'the second weight');
		stage.outage = outage;
		const began = stage.clock.now();
		const results = await interrupt(stage, life);
		t.true(stage.clock.now() - began <= 8000, 'runners of pipelines kill what takes ten seconds');
		const text =
			'could not make sure within 7 s that podinfo (GA) has all traffic; podinfo-canary had 50 % when last seen. ' +
			'Give podinfo weight 100 in VirtualService podinfo, or run this again';
		t.deepEqual(results, [{about: 'podinfo.test', outcome: 'blocked', text}]);
		t.is(life.lines.at(-1), `✖ podinfo.test: ${text}`);
		t.deepEqual(codes(results), [1, 1]);

		stage.outage = 'none';
		t.like(await stage.end(await stage.start()), [{outcome: 'promoted'}]);
	});
}

test('what is at rest is left as it is, and what has ended is not told twice', async (t) => {
	const stage = await openStage(t);
	const life = await stage.start({mode: 'watch'});
	await stage.until(
		() => life.lines.includes('· podinfo.test: waiting for a new revision of podinfo-canary'),
		'the end',
	);
	t.false(life.campaign.isUnderWay());
	const writes = life.writes.length;
	const results = await interrupt(stage, life);
	const text = 'nothing was under way; all traffic stays on podinfo (GA)';
	t.deepEqual(results, [{about: 'podinfo.test', outcome: 'interrupted', text}]);
	t.deepEqual(codes(results), [130, 143]);
	t.is(life.writes.length, writes);

	const once = await stage.start();
	await stage.end(once);
	t.deepEqual(await interrupt(stage, once), []);
});

test('users that another run has left on the canary are not taken for well', (t) => {
	const podinfo = {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'podinfo', namespace: 'test'}};
	const left = leftOf(modelOf(podinfo, 'podinfo', settings), {traffic: 'untouched', weight: 50});
	const text =
		'nothing was changed by the interruption; 50 % of the traffic stays on podinfo-canary. Run this again to go on';
	t.deepEqual(left, {about: 'podinfo.test', outcome: 'blocked', text});
	t.deepEqual(codes([left]), [1, 1]);
});
