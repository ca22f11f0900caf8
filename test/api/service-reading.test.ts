import test from 'ava';
import {Findings} from '../../api/findings.ts';
import {isTcp} from '../../api/service-model.ts';
import {serviceModelOf} from '../../api/service-reading.ts';

const read = (value: unknown) => {
	const findings = new Findings();
	const model = serviceModelOf(value, findings);
	return {model, problems: findings.problems};
};

test('what is absent has its default, and nothing else is made up', (t) => {
	const nothing = {labels: {}, annotations: {}};
	t.deepEqual(read({port: 80}), {
		model: {
			port: 80,
			portName: 'http',
			targetPort: 80,
			portDiscovery: false,
			headless: false,
			hosts: [],
			gateways: [],
			gatewayRefs: [],
			delegation: false,
			apex: nothing,
			primary: nothing,
			canary: nothing,
		},
		problems: [],
	});
});

test('everything that is written is there, as it was written', (t) => {
	const written = {
		port: 80,
		portName: 'grpc',
		targetPort: 'app',
		appProtocol: 'TCP',
		trafficDistribution: 'PreferClose',
		portDiscovery: true,
		headless: true,
		hosts: ['app.example.com'],
		gateways: ['public'],
		gatewayRefs: [{name: 'public', namespace: 'gateways', sectionName: 'https', port: 443}],
		delegation: false,
		match: [{uri: {prefix: '/api'}, headers: {'x-user': {regex: '.*'}}, ignoreUriCase: true}],
		rewrite: {uri: '/', type: 'ReplacePrefixMatch'},
		timeout: '5s',
		backendTimeout: '4s',
		retries: {attempts: 3, perTryTimeout: '1s', retryOn: '5xx'},
		headers: {request: {add: {'x-one': '1'}}, response: {remove: ['server']}},
		corsPolicy: {allowOrigins: [{exact: 'https://example.com'}], maxAge: '24h'},
		mirror: [{backendRef: {name: 'shadow', port: 80}}],
		trafficPolicy: {tls: {mode: 'ISTIO_MUTUAL'}},
		apex: {labels: {team: 'one'}, annotations: {}},
		primary: {labels: {}, annotations: {}},
		canary: {labels: {}, annotations: {note: 'canary'}},
	};
	const {model, problems} = read(written);
	t.deepEqual(model as unknown, written);
	t.deepEqual(problems, []);
	t.true(model !== undefined && isTcp(model));
});

test('a wrong value is a problem that names it, and is left out', (t) => {
	for (const [member, value, text] of [
		['hosts', 'app', 'spec.service.hosts is app, which is not a list of texts'],
		['hosts', [1], 'spec.service.hosts is [1], which is not a list of texts'],
		[
			'gatewayRefs',
			[{namespace: 'x'}],
			'spec.service.gatewayRefs is a list, which is not a list of references with names',
		],
		[
			'match',
			[{uri: {exact: '/', prefix: '/'}}],
			'spec.service.match is a list, which is not a list of conditions on requests',
		],
		['match', [{headers: {a: 'b'}}], 'spec.service.match is a list, which is not a list of conditions on requests'],
		['retries', 3, 'spec.service.retries is 3, which is not an object'],
		['mirror', [{}], 'spec.service.mirror is a list, which is not a list of references to backends'],
		['targetPort', true, "spec.service.targetPort is true, which is neither a port's number nor its name"],
		['headless', 'yes', 'spec.service.headless is yes, which is neither true nor false'],
		['timeout', 5, 'spec.service.timeout is 5, which is no text'],
		['apex', {labels: {a: 1}}, 'spec.service.apex.labels is an object, which is not a map of texts'],
		['headers', {request: {add: 'x'}}, 'spec.service.headers.request.add is x, which is not a map of texts'],
	] as const) {
		const {model, problems} = read({port: 80, [member]: value});
		t.is(problems.length, 1, member);
		t.is(problems[0]?.text, text);
		t.not(problems[0]?.remedy, '');
		t.notDeepEqual((model as Record<string, unknown> | undefined)?.[member], value);
	}
});

test('a port that means none is the Service’s own', (t) => {
	for (const targetPort of [0, '0', '', undefined]) t.is(read({port: 80, targetPort}).model?.targetPort, 80);
});
