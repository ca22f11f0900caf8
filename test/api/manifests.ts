// Manifests of the repository, and sound Canaries of both shapes to spoil.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseAllDocuments} from 'yaml';
import type {Defaults} from '../../api/model-of-canary.ts';
import {istio} from '../../services/providers/istio/provider.ts';
import {knative} from '../../services/providers/knative/provider.ts';

export const root = join(import.meta.dirname, '..', '..');

/** The objects of a manifest, by its path in the repository. */
export const manifest = (path: string): readonly Record<string, unknown>[] =>
	parseAllDocuments(readFileSync(join(root, path), 'utf8')).map((document) => {
		if (document.errors.length > 0) throw document.errors[0];
		return document.toJS() as Record<string, unknown>;
	});

/** Of providers two are enough, so that a new one changes no word here. */
export const defaults: Defaults = {meshProvider: 'istio', intervalMs: 30_000, speed: 1, providers: [istio, knative]};

type Fields = Record<string, unknown>;

const metadata = {name: 'podinfo', namespace: 'test', uid: 'u1', generation: 3};

/** Today's shape, sound; `analysis` and `spec` are laid over it. */
export const today = (analysis: Fields = {}, spec: Fields = {}): Fields => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata,
	spec: {
		targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
		service: {port: 9898},
		analysis: {
			interval: '1m',
			threshold: 5,
			stepWeight: 10,
			maxWeight: 50,
			metrics: [{name: 'request-success-rate', threshold: 99}],
			...analysis,
		},
		...spec,
	},
});

/** The first shape, sound. */
export const first = (canaryAnalysis: Fields = {}, spec: Fields = {}): Fields => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata,
	spec: {
		targetKind: 'Deployment',
		virtualService: {name: 'podinfo'},
		primary: {name: 'podinfo', host: 'podinfo'},
		canary: {name: 'podinfo-canary', host: 'podinfo-canary'},
		canaryAnalysis: {
			threshold: 10,
			maxWeight: 50,
			stepWeight: 5,
			metrics: [{name: 'istio_requests_total', threshold: 99, interval: '1m'}],
			...canaryAnalysis,
		},
		...spec,
	},
});
