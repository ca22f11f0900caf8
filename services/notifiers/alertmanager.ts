// Alertmanager: its v2 API. A failed or waiting release is an alert that fires until a run of it begins or succeeds.
// https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
import {bearer, nameOf, type Notice, type Notifier} from './notifier.ts';

/** The identity of an alert is its labels: these two, each for one Canary. */
const names = {error: 'AviaryReleaseFailed', warn: 'AviaryReleaseWaits'} as const;

/** Without an end Alertmanager would take the alert for resolved after its `resolve_timeout`. */
const FIRES_MS = 7 * 24 * 3_600_000;

const alertOf = (notice: Notice, severity: 'error' | 'warn', startsAt: number, endsAt: number) => {
	const {canary, run, revision, facts, text, link} = notice;
	const report = facts.map(({title, value}) => `${title}: ${value}`).join('\n');
	return {
		labels: {
			alertname: names[severity],
			severity: severity === 'error' ? 'critical' : 'warning',
			namespace: canary.namespace,
			name: canary.name,
		},
		annotations: {summary: `${nameOf(notice)}: ${text}`, description: report, run, revision},
		startsAt: new Date(startsAt).toISOString(),
		endsAt: new Date(endsAt).toISOString(),
		...(link !== undefined && {generatorURL: link}),
	};
};

export const alertmanager: Notifier = {
	hearsAll: true,
	async send(notice, receiver, request) {
		const {severity, at} = notice;
		const alerts = (['error', 'warn'] as const).map((one) =>
			// A second's start before its end, for it must not begin later than it ends. A failed run waits no more.
			one === severity ? alertOf(notice, one, at, at + FIRES_MS) : alertOf(notice, one, at - 1000, at),
		);
		// A release that waits has not stopped failing, if it had failed.
		const told = severity === 'warn' ? alerts.filter(({labels}) => labels.alertname === names.warn) : alerts;
		const url = `${receiver.address.replace(/\/+$/, '').replace(/\/api\/v2(?:\/alerts)?$/, '')}/api/v2/alerts`;
		await request({url, headers: bearer(receiver), body: told});
	},
};
