import test from 'ava';
import {toModel} from '../../api/model-of-canary.ts';
import {defaults, today} from './manifests.ts';

const read = (alerts: unknown) => {
	const {alerts: found, warnings = [], problems} = toModel(today({alerts}), defaults);
	return {found, warned: warnings.map(({text}) => text), problems};
};

test('a severity that is not written is info, a namespace the Canary’s, a name the provider’s', (t) => {
	const {found, warned, problems} = read([
		{name: 'on-call', severity: 'error', providerRef: {name: 'slack', namespace: 'shop'}},
		{name: 'all', severity: '', providerRef: {name: 'chat'}},
		{providerRef: {name: 'chat'}},
	]);
	t.deepEqual(problems, []);
	t.deepEqual(warned, []);
	t.deepEqual(found, [
		{name: 'on-call', severity: 'error', receiver: {name: 'slack', namespace: 'shop'}},
		{name: 'all', severity: 'info', receiver: {name: 'chat', namespace: 'test'}},
		{name: 'chat', severity: 'info', receiver: {name: 'chat', namespace: 'test'}},
	]);
});

test('a mistake stops no release: it is said, and the others count', (t) => {
	const {found, warned, problems} = read([
		{name: 'a', providerRef: {}},
		{name: 'b', providerRef: {name: '../secrets'}},
		{name: 'c', severity: 'fatal', providerRef: {name: 'chat'}},
	]);
	t.deepEqual(problems, []);
	t.deepEqual(found, [{name: 'c', severity: 'info', receiver: {name: 'chat', namespace: 'test'}}]);
	t.deepEqual(warned, [
		'spec.analysis.alerts[0].providerRef names no AlertProvider: nobody is alerted',
		'spec.analysis.alerts[1].providerRef names no AlertProvider: nobody is alerted',
		'spec.analysis.alerts[2].severity is fatal, which is taken for info',
	]);
});

test('what is no list alerts nobody, and says so', (t) => {
	t.deepEqual(read('slack').warned, ['spec.analysis.alerts is slack, which is no list: nobody is alerted']);
	t.is(read([]).found, undefined);
});
