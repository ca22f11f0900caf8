// What our definition makes the server refuse, drop and fill in.
import type {Answer, Json} from '../client.ts';
import type {Case, Place} from '../contract.ts';
import {CANARIES, canary, expected, refusal} from '../objects.ts';

const create = ({client, at}: Place, object: Json, query = ''): Promise<Answer> =>
	client.request('POST', `${at(CANARIES)}${query}`, object);

const skipped =
	'<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; ' +
	'correct the existing errors to complete validation';

const providers =
	'"apisix", "appmesh", "appmesh:v1beta2", "contour", "gatewayapi:v1", "gatewayapi:v1beta1", "gloo", "istio", ' +
	'"knative", "kubernetes", "kuma", "linkerd", "nginx", "osm", "skipper", "smi:v1alpha1", "smi:v1alpha2", ' +
	'"smi:v1alpha3", "traefik"';

const wrongType = (path: string, found: string, wanted: string): string =>
	`${path}: Invalid value: "${found}": ${path} in body must be of type ${wanted}: "${found}"`;

type Refused = {readonly title: string; readonly spec: unknown; readonly said: readonly string[]};

const refusals: readonly Refused[] = [
	{
		title: 'a text where a number belongs',
		spec: {canaryAnalysis: {threshold: 'five'}},
		said: [wrongType('spec.canaryAnalysis.threshold', 'string', 'number'), skipped],
	},
	{
		title: 'a text where a boolean belongs',
		spec: {suspend: 'yes'},
		said: [wrongType('spec.suspend', 'string', 'boolean'), skipped],
	},
	{
		title: 'an object where a list belongs',
		spec: {canaryAnalysis: {metrics: {}}},
		said: [wrongType('spec.canaryAnalysis.metrics', 'object', 'array'), skipped],
	},
	{
		title: 'several mistakes in one item of a list',
		spec: {canaryAnalysis: {metrics: [{name: 5, threshold: 'x'}]}},
		said: [
			wrongType('spec.canaryAnalysis.metrics[0].name', 'integer', 'string'),
			wrongType('spec.canaryAnalysis.metrics[0].threshold', 'string', 'number'),
			skipped,
		],
	},
	{
		title: 'a fraction where a number or a name belongs',
		spec: {service: {port: 80, targetPort: 1.5}},
		said: [wrongType('spec.service.targetPort', 'number', 'integer,string'), skipped],
	},
	{
		title: 'a value that is not in an enumeration',
		spec: {provider: 'nope'},
		said: [`spec.provider: Unsupported value: "nope": supported values: ${providers}`, skipped],
	},
	{
		title: 'a target whose kind is not in the enumeration',
		spec: {targetRef: {apiVersion: 'apps/v1', kind: 'Pod', name: 'web'}},
		said: [
			'spec.targetRef.kind: Unsupported value: "Pod": supported values: "DaemonSet", "Deployment", "Service", "StatefulSet"',
			skipped,
		],
	},
	{
		title: 'a target without a version and a name',
		spec: {targetRef: {kind: 'Deployment'}},
		said: ['spec.targetRef.apiVersion: Required value', 'spec.targetRef.name: Required value', skipped],
	},
	{
		title: 'an empty name and a port below 1',
		spec: {service: {port: 80, gatewayRefs: [{name: '', port: 0}]}},
		said: [
			'spec.service.gatewayRefs[0].name: Invalid value: "": spec.service.gatewayRefs[0].name in body should be at ' +
				'least 1 chars long',
			'spec.service.gatewayRefs[0].port: Invalid value: 0: spec.service.gatewayRefs[0].port in body should be ' +
				'greater than or equal to 1',
		],
	},
];

const refusedCase = ({title, spec, said}: Refused): Case => ({
	title: `a Canary is refused for ${title}`,
	async run(t, place) {
		const answer = await create(place, canary('web', spec as Json));
		const causes = answer.body['details'].causes as ReadonlyArray<{field: string; message: string}>;
		const found = causes.map(({field, message}) => `${field}: ${message}`);
		// A real server goes through fields as Go does through maps: in any order.
		t.deepEqual([...found].sort(), [...said].sort());
		const text = `Canary.flagger.app "web" is invalid: ${found.length === 1 ? said[0] : `[${found.join(', ')}]`}`;
		t.deepEqual(refusal(answer), [422, 'Invalid', text]);
		t.is((await place.client.request('GET', place.at(CANARIES, 'web'))).status, 404);
	},
});

const others: readonly Case[] = [
	{
		title: 'a Canary whose spec is a text is refused',
		async run(t, place) {
			const answer = await create(place, {...canary('web'), spec: 'text'});
			const said = `Canary.flagger.app "web" is invalid: [${wrongType('spec', 'string', 'object')}, ${skipped}]`;
			t.deepEqual(refusal(answer), [422, 'Invalid', said]);
		},
	},
	{
		title: 'a patch that would make a Canary invalid is refused in the same words, and changes nothing',
		async run(t, {made, patch, read}) {
			const before = await made(CANARIES, canary('web'));
			const answer = await patch(CANARIES, 'web', [{op: 'add', path: '/spec/suspend', value: 'yes'}]);
			const said = `Canary.flagger.app "web" is invalid: [${wrongType('spec.suspend', 'string', 'boolean')}, ${skipped}]`;
			t.deepEqual(refusal(answer), [422, 'Invalid', said]);
			t.deepEqual(await read(CANARIES, 'web'), before);
		},
	},
	{
		title: 'a status of the wrong type is refused, and named as seen from the status',
		async run(t, {made, patch}) {
			await made(CANARIES, canary('web'));
			const answer = await patch(CANARIES, 'web/status', [{op: 'add', path: '/status', value: {canaryWeight: 'x'}}]);
			const found =
				'status.canaryWeight: Invalid value: "string": canaryWeight in body must be of type number: "string"';
			t.deepEqual(refusal(answer), [422, 'Invalid', `Canary.flagger.app "web" is invalid: [${found}, ${skipped}]`]);
		},
	},
	{
		title: 'a condition without a reason is refused',
		async run(t, {made, patch}) {
			await made(CANARIES, canary('web'));
			const value = {conditions: [{type: 'Promoted', status: 'True'}]};
			const answer = await patch(CANARIES, 'web/status', [{op: 'add', path: '/status', value}]);
			const found = 'status.conditions[0].reason: Required value';
			t.deepEqual(refusal(answer), [422, 'Invalid', `Canary.flagger.app "web" is invalid: [${found}, ${skipped}]`]);
		},
	},
	{
		title: 'a status that the daemon writes is kept whole, with what it says of itself',
		async run(t, {made, patch, read}) {
			await made(CANARIES, canary('web'));
			const value = expected('status');
			const {body} = await patch(CANARIES, 'web/status', [{op: 'add', path: '/status', value}]);
			t.deepEqual(body['status'], value);
			t.deepEqual((await read(CANARIES, 'web'))['status'], value);
		},
	},
];

const unknowns: readonly Case[] = [
	{
		title: 'unknown fields are dropped, in spec and in status',
		async run(t, {made, patch}) {
			const spec = {canaryAnalysis: {maxWeigth: 5, maxWeight: 50}, further: {a: 1}};
			const object = await made(CANARIES, {...canary('web', spec), further: 1});
			const {targetRef} = canary('web')['spec'];
			t.deepEqual(object['spec'], {targetRef, canaryAnalysis: {maxWeight: 50}});
			t.false('further' in object);
			const value = {phase: 'Failed', further: 1};
			const {body} = await patch(CANARIES, 'web/status', [{op: 'add', path: '/status', value}]);
			t.deepEqual(body['status'], {phase: 'Failed'});
		},
	},
	{
		title: 'a patch of nothing but unknown fields changes nothing',
		async run(t, {made, patch}) {
			const before = await made(CANARIES, canary('web'));
			const {body} = await patch(CANARIES, 'web', [{op: 'add', path: '/spec/further', value: 1}]);
			t.deepEqual(body, before);
		},
	},
	{
		title: 'unknown fields are refused by name with fieldValidation=Strict',
		async run(t, place) {
			const spec = {canaryAnalysis: {maxWeigth: 5}, further: 1};
			const answer = await create(place, canary('web', spec), '?fieldValidation=Strict');
			const said =
				'Canary in version "v1beta1" cannot be handled as a Canary: strict decoding error: ' +
				'unknown field "spec.canaryAnalysis.maxWeigth", unknown field "spec.further"';
			t.deepEqual(refusal(answer), [400, 'BadRequest', said]);
		},
	},
	{
		title: 'a missing list item is filled in from the defaults of the schema',
		async run(t, {made}) {
			const {spec} = await made(CANARIES, canary('web', {service: {port: 80, gatewayRefs: [{name: 'a'}]}}));
			const [reference] = spec.service.gatewayRefs as readonly unknown[];
			t.deepEqual(reference, {name: 'a', group: 'gateway.networking.k8s.io', kind: 'Gateway'});
		},
	},
	{
		title: 'null is the same as absent',
		async run(t, {made, patch}) {
			const {spec} = await made(CANARIES, canary('web', {suspend: null, canaryAnalysis: {threshold: null}}));
			t.deepEqual(spec, {...canary('web')['spec'], canaryAnalysis: {}});
			const {body} = await patch(CANARIES, 'web', [{op: 'replace', path: '/spec/canaryAnalysis', value: null}]);
			t.deepEqual(body['spec'], canary('web')['spec']);
			t.false('spec' in (await made(CANARIES, {...canary('bare'), spec: null})));
		},
	},
];

const bodies: readonly Case[] = [
	{
		title: 'the name in a body must be that of the path, and so must the namespace',
		async run(t, {client, at, made}) {
			await made(CANARIES, canary('web'));
			const elsewhere = await client.request('POST', at(CANARIES), canary('a', {}, {namespace: 'default'}));
			const place = 'the namespace of the provided object does not match the namespace sent on the request';
			t.deepEqual(refusal(elsewhere), [400, 'BadRequest', place]);
			const object = canary('other', {}, {resourceVersion: '1'});
			const other = await client.request('PUT', at(CANARIES, 'web'), object);
			t.is(other.status, 400);
			t.is(other.body['message'], 'the name of the object (other) does not match the name on the URL (web)');
		},
	},
	{
		title: 'a new object must not name a version: refused with 500, as no outcome would be',
		async run(t, place) {
			const answer = await create(place, canary('web', {}, {resourceVersion: '5'}));
			t.is(answer.status, 500);
			t.is(answer.body['message'], 'resourceVersion should not be set on objects to be created');
			t.is((await place.client.request('GET', place.at(CANARIES, 'web'))).status, 404);
		},
	},
	{
		title: 'a name that is no DNS subdomain is refused',
		async run(t, place) {
			const {status, body} = await create(place, canary('A_b'));
			t.is(status, 422);
			t.regex(
				body['message'],
				/^Canary\.flagger\.app "A_b" is invalid: metadata\.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain/u,
			);
		},
	},
];

export const schema: readonly Case[] = [
	...refusals.map((refused) => refusedCase(refused)),
	...others,
	...unknowns,
	...bodies,
];
