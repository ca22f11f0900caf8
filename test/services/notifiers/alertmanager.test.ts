import test from 'ava';
import {alertmanager} from '../../../services/notifiers/alertmanager.ts';
import type {Notice} from '../../../services/notifiers/notifier.ts';
import {failed, send, startPlace, succeeded} from './stage.ts';

type Alert = {
	readonly labels: Readonly<Record<string, string>>;
	readonly startsAt: string;
	readonly endsAt: string;
	readonly generatorURL?: string;
};

test('a failed release fires until the next one ends it, under the same labels', async (t) => {
	const {origin, received} = await startPlace(t);
	for (const base of ['', '/', '/api/v2/alerts', '/am/api/v2/']) {
		await send(alertmanager, failed, {address: `${origin}${base}`});
	}

	await send(alertmanager, succeeded, {address: origin});
	t.deepEqual(
		received.map(({path}) => path),
		['/api/v2/alerts', '/api/v2/alerts', '/api/v2/alerts', '/am/api/v2/alerts', '/api/v2/alerts'],
	);
	const isFiring = ({endsAt}: Alert): boolean => Date.parse(endsAt) > failed.at + 3_600_000;
	const [firing, end] = [received[0]?.json, received[4]?.json] as [readonly Alert[], readonly Alert[]];
	t.deepEqual(firing.map(isFiring), [true, false]);
	t.deepEqual(end.map(isFiring), [false, false]);
	t.deepEqual(firing[0]?.labels, {
		alertname: 'AviaryReleaseFailed',
		severity: 'critical',
		namespace: 'test',
		name: 'podinfo',
	});
	t.deepEqual(end[0]?.labels, firing[0]?.labels);
	t.is(firing[0]?.generatorURL, failed.link);
	t.true([...firing, ...end].every(({startsAt, endsAt}) => Date.parse(startsAt) < Date.parse(endsAt)));
});

test('a release that waits is an alert of its own, and ends no failure', async (t) => {
	const {origin, received} = await startPlace(t);
	const waiting: Notice = {...failed, kind: 'waiting', severity: 'warn', text: 'Canary is waiting for somebody'};
	await send(alertmanager, waiting, {address: origin});
	const alerts = received[0]?.json as readonly Alert[];
	t.deepEqual(
		alerts.map(({labels}) => labels['alertname']),
		['AviaryReleaseWaits'],
	);
});
