// diff: what a promotion would change on the primary, as unified diff; and what the diff itself does at the edges.
import test from 'ava';
import {unifiedDiff} from '../../cli/unified-diff.ts';
import {openDesk, putCanary, run, type Desk} from './desk.ts';

const put = ({store}: Desk, name: string, image: string, annotations: Record<string, string> = {}): void => {
	const labels = {app: name};
	const template = {metadata: {labels, annotations}, spec: {containers: [{name: 'podinfod', image}]}};
	const spec = {replicas: 1, selector: {matchLabels: labels}, template};
	const deployment = {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name, namespace: 'test'}, spec};
	store.create({group: 'apps', plural: 'deployments'}, deployment, 'test');
};

const names = ['before', 'after'] as const;

test('a new image is one line, and nothing that the primary has by right is a difference', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {});
	put(desk, 'podinfo', 'podinfo:6.0.1');
	put(desk, 'podinfo-primary', 'podinfo:6.0.0');
	const {code, out, err} = await run(['diff', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.deepEqual([code, err], [0, '']);
	const changed = out.split('\n').filter((line) => /^[+-]/.test(line));
	t.deepEqual(changed, [
		'--- deployment/podinfo-primary as it runs',
		'+++ deployment/podinfo-primary with the template of deployment/podinfo',
		'-    - image: podinfo:6.0.0',
		'+    - image: podinfo:6.0.1',
	]);
	t.is((await run(['diff', 'test/podinfo', '--exit-code', '--kubeconfig', desk.kubeconfig])).code, 1);
});

test('the same template is no difference, and a missing workload is named', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {});
	put(desk, 'podinfo', 'podinfo:6.0.0');
	const missing = await run(['diff', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.is(missing.code, 1);
	t.regex(missing.err, /^aviary: there is no Deployment podinfo-primary in the namespace test; [^\n]+\n$/);
	put(desk, 'podinfo-primary', 'podinfo:6.0.0');
	const same = await run(['diff', 'test/podinfo', '--exit-code', '--kubeconfig', desk.kubeconfig]);
	t.deepEqual([same.code, same.out], [0, '']);
});

test('hunks have three lines around, are numbered as diff -u numbers them, and are apart when changes are', (t) => {
	const before = Array.from({length: 20}, (_, index) => `line ${index + 1}`);
	const after = before.map((line) => (line === 'line 2' ? 'second' : line)).filter((line) => line !== 'line 15');
	t.deepEqual(unifiedDiff(before.join('\n'), after.join('\n'), names), [
		'--- before',
		'+++ after',
		'@@ -1,5 +1,5 @@',
		' line 1',
		'-line 2',
		'+second',
		' line 3',
		' line 4',
		' line 5',
		'@@ -12,7 +12,6 @@',
		' line 12',
		' line 13',
		' line 14',
		'-line 15',
		' line 16',
		' line 17',
		' line 18',
	]);
	t.deepEqual(unifiedDiff('same', 'same', names), []);
	t.deepEqual(unifiedDiff('a', 'a\nb', names).slice(2), ['@@ -1 +1,2 @@', ' a', '+b']);
});
