import test from 'ava';
import {BadMapping, mappingsIn, shippedMappings} from '../../../services/workloads/mapping-files.ts';

test('HelmReleases and Functions are known without being declared', async (t) => {
	const kinds = (await shippedMappings()).map(({target: {apiVersion, kind}}) => `${apiVersion} ${kind}`);
	t.deepEqual(kinds, ['helm.toolkit.fluxcd.io/v2 HelmRelease', 'openfaas.com/v1 Function']);
});

test('a mistake names the file, its document, the field and the value', (t) => {
	const good =
		'target: {apiVersion: example.com/v1, kind: A, plural: as}\npromoted: [spec.a]\nready: {condition: Ready}\n';
	t.is(mappingsIn(`---\n${good}---\n${good}`, 'own.yaml').length, 2);
	t.throws(() => mappingsIn(`${good}---\n${good.replace('[spec.a]', '[a]')}`, 'own.yaml'), {
		instanceOf: BadMapping,
		message: 'own.yaml, document 2: promoted[0] is a, which is no path below spec',
	});
	t.throws(() => mappingsIn('target: [', 'own.yaml'), {instanceOf: BadMapping, message: /^own\.yaml, document 1: /});
});
