import test from 'ava';
import {toModel} from '../../api/model-of-canary.ts';
import {parsePath, readMapping, shownPath, type WorkloadMapping} from '../../api/workload-mapping.ts';
import {defaults, first, today} from './manifests.ts';

const written = {
	target: {apiVersion: 'example.com/v1', kind: 'Application', plural: 'applications'},
	promoted: ['spec.version', 'spec.labels["example.com/size"]'],
	replicas: 'spec.replicas',
	ready: {condition: 'Ready', stalled: 'Stalled'},
	podLabels: {app: '{name}'},
};

test('a mapping is read as it is written', (t) => {
	const {mapping, problems} = readMapping(written);
	t.deepEqual(problems, []);
	t.deepEqual(mapping, {
		...written,
		promoted: [
			['spec', 'version'],
			['spec', 'labels', 'example.com/size'],
		],
		replicas: ['spec', 'replicas'],
	});
});

test('paths are read as they are shown, and nothing else is one', (t) => {
	for (const text of ['spec', 'spec.chart.spec.version', 'spec.labels["a.b/c"].d', 'spec["a b"].c']) {
		t.is(shownPath(parsePath(text) ?? []), text);
	}

	for (const text of ['', '.spec', 'spec.', 'spec..a', 'spec[0]', 'spec a', '$.spec', 'spec["a"]b', 'spec.__proto__']) {
		t.is(parsePath(text), undefined, text);
	}
});

const wrong: ReadonlyArray<readonly [change: Record<string, unknown>, field: string, text: string, remedy: RegExp]> = [
	[{target: {}}, 'target.kind', 'target.kind is missing', /such as HelmRelease/],
	[
		{target: {...written.target, kind: 'Deployment'}},
		'target.kind',
		'target.kind is Deployment, which needs no mapping',
		/Remove/,
	],
	[{target: {...written.target, plural: 7}}, 'target.plural', 'target.plural is 7, which is no text', /in quotes/],
	[{promoted: undefined}, 'promoted', 'promoted is missing', /spec\.values/],
	[{promoted: 'spec.version'}, 'promoted', 'promoted is no list of paths', /spec\.values/],
	[
		{promoted: ['metadata.labels']},
		'promoted[0]',
		'promoted[0] is metadata.labels, which is no path below spec',
		/Write a path such as/,
	],
	[
		{promoted: ['spec.values.image', 'spec.values']},
		'promoted[0]',
		'promoted[0] is spec.values.image, which is part of spec.values',
		/Remove one/,
	],
	[{replicas: '$.spec'}, 'replicas', 'replicas is $.spec, which is no path below spec', /Write a path such as/],
	[
		{promoted: ['spec.replicas']},
		'replicas',
		'replicas is spec.replicas, which is promoted, too: each side keeps its own',
		/Remove it from promoted/,
	],
	[{ready: {}}, 'ready.condition', 'ready.condition is missing', /such as Ready/],
	[{podLabels: ['app']}, 'podLabels', 'podLabels is no map of labels', /app: "\{name\}"/],
	[{version: 'spec.version'}, 'version', 'version is no field of a mapping', /Use target, promoted, replicas/],
];

for (const [change, field, text, remedy] of wrong) {
	test(`refused: ${text}`, (t) => {
		const [problem] = readMapping({...written, ...change}).problems;
		t.like(problem, {field, text});
		t.regex(problem?.remedy ?? '', remedy);
	});
}

const ofKind = (kind: string, plural: string): WorkloadMapping =>
	readMapping({...written, target: {...written.target, kind, plural}}).mapping;

test('a Canary of the first shape may name a mapped kind, and the later of two mappings counts', (t) => {
	const mappings = [ofKind('Application', 'apps'), ofKind('Application', 'applications'), ofKind('Other', 'others')];
	const {target, problems} = toModel(first({}, {targetKind: 'Application'}), {...defaults, mappings});
	t.deepEqual(problems, []);
	t.like(target, {apiVersion: 'example.com/v1', kind: 'Application', mapping: mappings[1]});
});

test('where nobody knows which kinds are mapped none is refused', (t) => {
	t.deepEqual(toModel(first({}, {targetKind: 'Application'}), defaults).problems, []);
});

test('no primary is generated of a mapped kind', (t) => {
	const targetRef = {apiVersion: 'example.com/v1', kind: 'Application', name: 'podinfo'};
	const mappings = [ofKind('Application', 'applications')];
	const [problem] = toModel(today({}, {targetRef}), {...defaults, mappings}).problems;
	t.like(problem, {
		field: 'spec.targetRef.kind',
		text: 'spec.targetRef.kind is Application, of which no primary is generated',
	});
	t.regex(problem?.remedy ?? '', /spec\.targetKind, spec\.primary and spec\.canary/);
});
