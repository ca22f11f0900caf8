import test from 'ava';
import {configChanges} from '../../../../services/workloads/difference/config-references.ts';

type Pod = {
	readonly env?: string;
	readonly from?: string;
	readonly mounted?: string;
	readonly secret?: string;
	readonly projected?: readonly string[];
};

const pod = ({
	env = 'settings',
	from = 'settings',
	mounted = 'files',
	secret = 'tls',
	projected = ['a', 'b'],
}: Pod) => ({
	spec: {
		containers: [
			{
				name: 'podinfod',
				env: [{name: 'COLOR', valueFrom: {configMapKeyRef: {name: env, key: 'color'}}}],
				envFrom: [{configMapRef: {name: from}}, {secretRef: {name: `${from}-secret`}}],
			},
		],
		volumes: [
			{name: 'files', configMap: {name: mounted}},
			{name: 'tls', secret: {secretName: secret}},
			{name: 'all', projected: {sources: projected.map((name) => ({configMap: {name}}))}},
			{name: 'more', projected: {sources: [{secret: {name: secret}}]}},
		],
	},
});

test('what both refer to by one name is one object, with nothing to say', (t) => {
	t.deepEqual(configChanges(pod({}), pod({})), []);
	t.deepEqual(configChanges(pod({projected: ['a', 'b']}), pod({projected: ['b', 'a']})), []);
	t.deepEqual(configChanges(pod({env: 'settings'}), pod({env: 'files'})), [], 'both are referred to before and after');
});

test('one that took the place of another is told with it, once, and with every place', (t) => {
	t.deepEqual(configChanges(pod({env: 'v1', from: 'v1', secret: 's1'}), pod({env: 'v2', from: 'v2', secret: 's2'})), [
		{
			kind: 'ConfigMap',
			before: 'v1',
			after: 'v2',
			where: ['spec.containers[podinfod].env[COLOR].valueFrom', 'spec.containers[podinfod].envFrom[0]'],
		},
		{kind: 'Secret', before: 'v1-secret', after: 'v2-secret', where: ['spec.containers[podinfod].envFrom[1]']},
		{
			kind: 'Secret',
			before: 's1',
			after: 's2',
			where: ['spec.volumes[tls]', 'spec.volumes[more].projected.sources[0]'],
		},
	]);
});

test('one that is in nobody’s place is told alone, and one put before others replaces none of them', (t) => {
	t.deepEqual(configChanges(pod({projected: ['a']}), pod({projected: ['new', 'a']})), [
		{kind: 'ConfigMap', after: 'new', where: ['spec.volumes[all].projected.sources[0]']},
	]);
	t.deepEqual(configChanges(pod({projected: ['a', 'old']}), pod({projected: ['a']})), [
		{kind: 'ConfigMap', before: 'old', where: ['spec.volumes[all].projected.sources[1]']},
	]);
	t.deepEqual(configChanges({spec: {v: {configMap: {name: 'x'}}}}, {spec: {v: {secret: {name: 'x'}}}}), [
		{kind: 'ConfigMap', before: 'x', where: ['spec.v']},
		{kind: 'Secret', after: 'x', where: ['spec.v']},
	]);
});

test('a HelmRelease takes values from them, too', (t) => {
	const release = (name: string) => ({
		spec: {
			valuesFrom: [
				{kind: 'Secret', name, valuesKey: 'x'},
				{kind: 'Other', name},
			],
		},
	});
	t.deepEqual(configChanges(release('a'), release('b')), [
		{kind: 'Secret', before: 'a', after: 'b', where: ['spec.valuesFrom[0]']},
	]);
});
