// diff: what a promotion would change on the primary, and what is in the configs that the new revision refers to.
import test from 'ava';
import {failed} from '../../sandbox/api/messages.ts';
import {StatusError} from '../../sandbox/api/types.ts';
import {openDesk, putCanary, run, type Desk} from './desk.ts';

type Pod = {readonly image?: string; readonly config?: string; readonly secret?: string; readonly password?: string};

const put = (
	{store}: Desk,
	name: string,
	{image = 'podinfo:1', config = 'settings-v1', secret = 'keys-v1', password = 'hunter1'}: Pod,
	kind: 'Deployment' | 'DaemonSet' = 'Deployment',
): void => {
	const labels = {app: name};
	const envFrom = [{configMapRef: {name: config}}, {secretRef: {name: secret}}];
	const container = {name: 'podinfod', image, env: [{name: 'DB_PASSWORD', value: password}], envFrom};
	const template = {metadata: {labels}, spec: {containers: [container]}};
	const spec = {...(kind === 'Deployment' && {replicas: 1}), selector: {matchLabels: labels}, template};
	const object = {apiVersion: 'apps/v1', kind, metadata: {name, namespace: 'test'}, spec};
	store.create({group: 'apps', plural: `${kind.toLowerCase()}s`}, object, 'test');
};

const putConfigs = ({store}: Desk): void => {
	for (const [version, color] of [
		['v1', 'blue'],
		['v2', 'green'],
	] as const) {
		const metadata = (name: string) => ({name: `${name}-${version}`, namespace: 'test'});
		const settings = {
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: metadata('settings'),
			data: {color, level: 'info'},
		};
		store.create({group: '', plural: 'configmaps'}, settings, 'test');
		const data = {
			token: btoa(`hunter-${version}`),
			same: btoa('hunter'),
			...(version === 'v2' && {new: btoa('hunter')}),
		};
		store.create(
			{group: '', plural: 'secrets'},
			{apiVersion: 'v1', kind: 'Secret', metadata: metadata('keys'), data},
			'test',
		);
	}
};

const changedLines = (out: string): readonly string[] => out.split('\n').filter((line) => /^[+-]/.test(line));

test('a new image is one line, and nothing that the primary has by right is a difference', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {});
	put(desk, 'podinfo', {image: 'podinfo:2'});
	put(desk, 'podinfo-primary', {});
	const {code, out, err} = await run(['diff', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.deepEqual([code, err], [0, '']);
	t.deepEqual(changedLines(out), [
		'--- deployment/podinfo-primary as it runs',
		'+++ deployment/podinfo-primary with the template of deployment/podinfo',
		'-      image: podinfo:1',
		'+      image: podinfo:2',
	]);
	t.is((await run(['diff', 'test/podinfo', '--exit-code', '--kubeconfig', desk.kubeconfig])).code, 1);
});

test('the same template is no difference, which only a person is told; a missing workload is named', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {});
	put(desk, 'podinfo', {});
	const missing = await run(['diff', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.is(missing.code, 1);
	const coded = await run(['diff', 'test/podinfo', '--exit-code', '--kubeconfig', desk.kubeconfig]);
	t.is(coded.code, 4, 'which is no difference');
	t.regex(missing.err, /^aviary: there is no Deployment podinfo-primary in the namespace test; [^\n]+\n$/);
	put(desk, 'podinfo-primary', {});
	const words = ['diff', 'test/podinfo', '--exit-code', '--kubeconfig', desk.kubeconfig];
	const same = await run(words);
	t.deepEqual([same.code, same.out], [0, '']);
	const person = await run(words, {columns: 80});
	t.deepEqual([person.code, person.out], [0, 'No difference: the primary runs this revision already.\n']);
	const {
		same: isSame,
		changes,
		configs,
	} = JSON.parse((await run([...words, '-o', 'json'])).out) as Record<string, unknown>;
	t.deepEqual([isSame, changes, configs], [true, [], []]);
});

test('where it refers to other configs, these are compared; of a Secret no value is shown', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {});
	putConfigs(desk);
	put(desk, 'podinfo', {config: 'settings-v2', secret: 'keys-v2', password: 'hunter2'});
	put(desk, 'podinfo-primary', {});
	const {out, err} = await run(['diff', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.is(err, '');
	t.deepEqual(changedLines(out), [
		'--- deployment/podinfo-primary as it runs',
		'+++ deployment/podinfo-primary with the template of deployment/podinfo',
		'-          value: hunter1',
		'+          value: hunter2',
		'-            name: settings-v1',
		'+            name: settings-v2',
		'-            name: keys-v1',
		'+            name: keys-v2',
		'--- configmap/settings-v1',
		'+++ configmap/settings-v2',
		'-color: blue',
		'+color: green',
		'--- secret/keys-v1',
		'+++ secret/keys-v2',
		'+new: (masked)',
		'-token: (masked)',
		'+token: (masked, another value)',
	]);
	t.notRegex(out, /hunter-v|aHVud/);

	const json = await run(['diff', 'test/podinfo', '-o', 'json', '--kubeconfig', desk.kubeconfig]);
	const told = JSON.parse(json.out) as {changes: Array<{path: string}>; configs: unknown[]; canary: {revision: string}};
	t.deepEqual(
		told.changes.map(({path}) => path),
		[
			'spec.containers[podinfod].env[DB_PASSWORD].value',
			'spec.containers[podinfod].envFrom[0].configMapRef.name',
			'spec.containers[podinfod].envFrom[1].secretRef.name',
		],
	);
	t.like(told.configs[0], {
		kind: 'ConfigMap',
		before: 'settings-v1',
		after: 'settings-v2',
		where: ['spec.containers[podinfod].envFrom[0]'],
		changes: [{path: 'color', kind: 'changed', before: 'blue', after: 'green'}],
		notes: [],
	});
	t.regex(told.canary.revision, /^[\da-f]{32}$/);
	const yaml = await run(['diff', 'test/podinfo', '-o', 'yaml', '--exit-code', '--kubeconfig', desk.kubeconfig]);
	t.is(yaml.code, 1);
	t.regex(yaml.out, /^namespace: test\nname: podinfo\nkind: Deployment\n/);
});

test('what the caller may not read is said in one line, what is not there too, and the rest is compared', async (t) => {
	const desk = await openDesk({
		behind: (own) => (request) => {
			if (!request.path.includes('/secrets/')) return own(request);
			return failed(new StatusError(403, 'Forbidden', `User "alice" cannot get ${request.path.split('/').at(-1)}`));
		},
	});
	t.teardown(() => desk.close());
	putCanary(desk, {});
	putConfigs(desk);
	put(desk, 'podinfo', {config: 'settings-v3', secret: 'keys-v2'});
	put(desk, 'podinfo-primary', {});
	const {code, out} = await run(['diff', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.is(code, 0);
	t.deepEqual(
		out.split('\n').filter((line) => /^(?:configmap|secret)\//.test(line)),
		[
			'configmap/settings-v3: there is none in the namespace test',
			'secret/keys-v1: you may not get secrets in the namespace test, so that what is in it is not compared',
			'secret/keys-v2: you may not get secrets in the namespace test, so that what is in it is not compared',
		],
	);
});

test('a DaemonSet is compared as others are; a kind that nobody knows is refused, with where to look', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	const canary = (name: string, targetKind: string): void => {
		const spec = {
			targetKind,
			primary: {name: 'podinfo-primary', host: 'podinfo-primary'},
			canary: {name: 'podinfo', host: 'podinfo'},
			virtualService: {name: 'podinfo'},
			canaryAnalysis: {interval: '1m', threshold: 1, maxWeight: 50, stepWeight: 10, metrics: []},
		};
		const object = {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: {name, namespace: 'test'}, spec};
		desk.store.create({group: 'flagger.app', plural: 'canaries'}, object, 'test');
	};

	canary('podinfo', 'DaemonSet');
	put(desk, 'podinfo', {image: 'podinfo:2'}, 'DaemonSet');
	put(desk, 'podinfo-primary', {}, 'DaemonSet');
	const {out} = await run(['diff', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.regex(out, /^--- daemonset\/podinfo-primary as it runs$/m);
	t.regex(out, /^\+ +image: podinfo:2$/m);
	canary('strange', 'Teapot');
	const refused = await run(['diff', 'test/strange', '--kubeconfig', desk.kubeconfig]);
	t.is(refused.code, 1);
	t.regex(refused.err, /^aviary: a target of the kind Teapot cannot be compared; see docs\/targets\.md[^\n]+\n$/);
});
