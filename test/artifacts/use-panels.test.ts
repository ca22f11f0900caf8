// The panels of utilisation, saturation and errors, on the series of each kind of workload.
import test from 'ava';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import {createAnswer} from '../../sandbox/world/prometheus/answer.ts';
import {keyOf, Samples} from '../../sandbox/world/prometheus/samples.ts';
import {filled, queriesOf, read, type Values} from './dashboards.ts';

type Kind = {
	readonly title: string;
	/** What Kubernetes puts behind the workload's name: letters and digits that make no words. */
	readonly endings: readonly string[];
	readonly label: string;
	readonly wanted: string;
	readonly ready: string;
};

const kinds: readonly Kind[] = [
	{
		title: 'Deployment',
		endings: ['5d69f6c56b-x7k2p', 'bdf4c8-2zwqn'],
		label: 'deployment',
		wanted: 'kube_deployment_spec_replicas',
		ready: 'kube_deployment_status_replicas_ready',
	},
	{
		title: 'DaemonSet',
		endings: ['x7k2p', '2zwqn'],
		label: 'daemonset',
		wanted: 'kube_daemonset_status_desired_number_scheduled',
		ready: 'kube_daemonset_status_number_ready',
	},
	{
		title: 'StatefulSet',
		endings: ['0', '10'],
		label: 'statefulset',
		wanted: 'kube_statefulset_replicas',
		ready: 'kube_statefulset_status_replicas_ready',
	},
];

const ofPods = [
	'container_cpu_usage_seconds_total',
	'container_cpu_cfs_throttled_periods_total',
	'container_cpu_cfs_periods_total',
	'container_memory_working_set_bytes',
	'container_network_receive_bytes_total',
	'container_network_transmit_bytes_total',
	'kube_pod_container_status_restarts_total',
];

const names = [
	{primary: 'podinfo', canary: 'podinfo-canary'},
	{primary: 'podinfo-primary', canary: 'podinfo'},
	{primary: 'podinfo-ga', canary: 'podinfo-canary'},
];

type Line = {readonly labels: Values; readonly value: (seconds: number) => number};

/** What cAdvisor and kube-state-metrics tell of a workload; its `weight` tells its numbers from others'. */
const linesOf = (kind: Kind, workload: string, weight: number): readonly Line[] => [
	...ofPods.flatMap((name) =>
		kind.endings.map((ending): Line => {
			const labels = {__name__: name, namespace: 'test', pod: `${workload}-${ending}`, container: 'podinfod'};
			return {labels, value: (seconds) => seconds * weight};
		}),
	),
	{labels: {__name__: kind.wanted, namespace: 'test', [kind.label]: workload}, value: () => weight * 10},
	{labels: {__name__: kind.ready, namespace: 'test', [kind.label]: workload}, value: () => weight},
];

const prometheusWith = (lines: readonly Line[]) => {
	const samples = new Samples(1000);
	for (let seconds = 0; seconds <= 60; seconds += 15) {
		const exposed = lines.map(({labels, value}) => ({key: keyOf(labels), labels, value: value(seconds)}));
		samples.scrape(exposed, seconds * 1000);
	}

	const answer = createAnswer(samples, createVirtualClock(0));
	return (query: string) => {
		const {body} = answer('/api/v1/query', new URLSearchParams({query, time: '60'}));
		const {data} = JSON.parse(body) as {
			data: {result: ReadonlyArray<{metric: {pod?: string}; value: [number, string]}>};
		};
		return data.result.map(({metric: {pod}, value: [, value]}) => ({pod, value: Number(value)}));
	};
};

for (const kind of kinds) {
	for (const chosen of names) {
		const {primary, canary} = chosen;
		test(`${kind.title}: ${primary} and ${canary} are told apart, each with all of its pods`, async (t) => {
			const weights = {primary: 1, canary: 1000};
			const ask = prometheusWith([
				...linesOf(kind, primary, weights.primary),
				...linesOf(kind, canary, weights.canary),
				...linesOf(kind, `${primary}-worker`, 7e6),
				...linesOf(kind, `${canary}-v2`, 7e6),
			]);
			const queries = queriesOf(await read('canary')).filter((query) => /\b(?:container|kube)_/.test(query));
			t.is(queries.length, 16);
			for (const query of queries) {
				const side = query.includes('$primary') ? 'primary' : 'canary';
				const found = ask(filled(query, chosen));
				if (query.includes('by (pod)')) {
					const pods = kind.endings.map((ending) => `${chosen[side]}-${ending}`);
					t.deepEqual(found.map(({pod}) => pod).sort(), pods.sort(), query);
				} else {
					// Two pods by the bytes of each in a second; ten times as many replicas are wanted as are ready.
					const times = query.includes('bytes') ? 2 : query.includes(kind.wanted) ? 10 : 1;
					t.deepEqual(
						found.map(({value}) => Math.round(value)),
						[times * weights[side]],
						query,
					);
				}
			}
		});
	}
}
