import test from 'ava';
import {diffLines} from '../../ui/model/diff-lines.ts';

test('each line says what it is, without the mark, and markup is text', (t) => {
	const unified = [
		'--- deployment/podinfo-primary as it runs',
		'+++ deployment/podinfo-primary with the template of deployment/podinfo',
		'@@ -12,7 +12,6 @@',
		' spec:',
		'---- a line of three dashes',
		'+  image: <b>podinfo</b>',
		' ',
		'@@ strange',
	].join('\n');
	t.deepEqual(diffLines(unified), [
		{kind: 'place', text: 'from line 12 on'},
		{kind: 'same', text: 'spec:'},
		{kind: 'removed', text: '--- a line of three dashes'},
		{kind: 'added', text: '  image: <b>podinfo</b>'},
		{kind: 'same', text: ''},
		{kind: 'place', text: '@@ strange'},
	]);
});

test('no difference has no lines', (t) => {
	t.deepEqual(diffLines(''), []);
});
