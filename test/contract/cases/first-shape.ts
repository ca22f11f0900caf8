// What a Canary of the first shape may say of its checks and alerts, and that old manifests of it stay accepted.
import type {Json} from '../client.ts';
import type {Case} from '../contract.ts';
import {CANARIES} from '../objects.ts';

const paired = (canaryAnalysis: Json): Json => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata: {name: 'web'},
	spec: {
		targetKind: 'HelmRelease',
		virtualService: {name: 'web'},
		primary: {name: 'web', host: 'web'},
		canary: {name: 'web-canary', host: 'web-canary'},
		canaryAnalysis,
	},
});

const keptCase = (title: string, canaryAnalysis: Json): Case => ({
	title,
	async run(t, {client, at}) {
		const path = `${at(CANARIES)}?fieldValidation=Strict`;
		const {status, body} = await client.request('POST', path, paired(canaryAnalysis));
		t.is(status, 201, String(body['message']));
		t.deepEqual(body['spec'].canaryAnalysis, canaryAnalysis);
	},
});

export const firstShape: readonly Case[] = [
	keptCase('checks and alerts of the first shape are taken under strict validation, and kept whole', {
		threshold: 5,
		stepWeight: 10,
		metrics: [
			{name: 'queue', query: 'max(queue)', unit: 'jobs', interval: '1m', thresholdRange: {min: 0, max: 10}},
			{
				name: 'istio_requests_total',
				threshold: 95,
				compareWithPrimary: {tolerance: 1, by: 'difference', worse: 'lower'},
			},
		],
		alerts: [{name: 'on-call', severity: 'error', providerRef: {name: 'hook', namespace: 'shop'}}, {name: 'all'}],
	}),
	keptCase('checks and alerts of the first shape are taken however odd: the operator says what is wrong with them', {
		metrics: [{}, {name: '', interval: 'soon', query: '', compareWithPrimary: {by: 'guess', worse: 'no'}}],
		alerts: [{}, {severity: 'loud', providerRef: {}}],
	}),
];
