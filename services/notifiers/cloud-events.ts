// A webhook of one's own: a CloudEvent 1.0 as structured JSON, whose id is the key to tell repetitions by.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
import {bearer, nameOf, type Notifier} from './notifier.ts';

export const cloudEvents: Notifier = {
	async send(notice, receiver, request) {
		const {apiVersion, kind, name, namespace} = notice.canary;
		const plural = kind === 'Canary' ? 'canaries' : 'rollouts';
		await request({
			url: receiver.address,
			headers: {...bearer(receiver), 'content-type': 'application/cloudevents+json; charset=utf-8'},
			body: {
				specversion: '1.0',
				id: notice.key,
				source: `/apis/${apiVersion}/namespaces/${namespace}/${plural}/${name}`,
				type: `dev.aviary.run.${notice.kind}`,
				subject: nameOf(notice),
				time: new Date(notice.at).toISOString(),
				datacontenttype: 'application/json',
				data: {
					name,
					namespace,
					severity: notice.severity,
					message: notice.text,
					phase: notice.phase,
					run: notice.run,
					revision: notice.revision,
					facts: Object.fromEntries(notice.facts.map(({title, value}) => [title, value])),
					...(notice.link !== undefined && {link: notice.link}),
				},
			},
		});
	},
};
