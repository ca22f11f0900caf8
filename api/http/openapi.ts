// The description of the HTTP interface in OpenAPI 3.1, made of the schemas that its answers have.
import type {TSchema} from '@sinclair/typebox';
import {refusal, refusalStatuses, type RefusalCode} from './requests.ts';
import {routes, type RouteDescription} from './routes.ts';
import {streamEvents} from './stream-events.ts';

type Json = Readonly<Record<string, unknown>>;

const json = (schema: unknown): Json => ({'application/json': {schema}});

/** What any request may be refused for, by who may send it. */
const refusalsOf = ({access, refusals}: RouteDescription): readonly RefusalCode[] => [
	'wrong-host',
	...(access === 'public' ? [] : (['unauthenticated', 'forbidden', 'api-server', 'too-many'] as const)),
	...refusals,
];

const refused = (description: RouteDescription): Json => {
	const byStatus = Map.groupBy(new Set(refusalsOf(description)), (code) => refusalStatuses[code]);
	return Object.fromEntries(
		[...byStatus]
			.toSorted(([a], [b]) => a - b)
			.map(([status, codes]) => [
				String(status),
				{
					description: codes.map((code) => `\`${code}\``).join(', '),
					content: json({$ref: '#/components/schemas/Refusal'}),
				},
			]),
	);
};

const contentOf = ({answer, isStream, isText}: RouteDescription): Json => {
	if (isStream === true) {
		const events = Object.entries(streamEvents).map(([name, {description = ''}]) => `- \`${name}\`: ${description}`);
		const schema = {type: 'string', description: `Events by name, data in JSON:\n\n${events.join('\n')}`};
		return {'text/event-stream': {schema}};
	}

	return {
		...json(answer ?? {type: 'object'}),
		...(isText === true && {'text/plain': {schema: {type: 'string'}}}),
	};
};

const parametersOf = ({path, query = {}}: RouteDescription): readonly Json[] => [
	...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
		name,
		in: 'path',
		required: true,
		schema: {type: 'string'},
	})),
	...Object.entries(query).map(([name, description]) => ({name, in: 'query', description, schema: {type: 'string'}})),
];

const operationOf = (name: string, description: RouteDescription): Json => {
	const {summary, body, status = 200, access} = description;
	const parameters = parametersOf(description);
	return {
		operationId: name,
		summary,
		security: access === 'caller' ? [{token: []}] : access === 'reader' ? [{}, {token: []}] : [],
		...(parameters.length > 0 && {parameters}),
		...(body !== undefined && {requestBody: {required: true, content: json(body)}}),
		responses: {
			[String(status)]: {description: summary, content: contentOf(description)},
			...refused(description),
		},
	};
};

/** Only what JSON Schema knows: typebox's own marks are symbols, which JSON leaves out. */
const plain = (schema: TSchema): unknown => JSON.parse(JSON.stringify(schema));

/** The whole description. */
export const openApi = (): Json => {
	const all = Object.entries(routes as Readonly<Record<string, RouteDescription>>);
	const paths = Map.groupBy(all, ([, {path}]) => `/${path}`);
	return JSON.parse(
		JSON.stringify({
			openapi: '3.1.0',
			info: {
				title: 'Aviary',
				description: 'What the daemon knows of Canaries, and a way to steer them. Addresses are relative to the page.',
				license: {name: 'Apache-2.0', identifier: 'Apache-2.0'},
				version: 'v1',
			},
			servers: [{url: '.'}],
			paths: Object.fromEntries(
				[...paths].map(([path, entries]) => [
					path,
					Object.fromEntries(entries.map(([name, one]) => [one.method.toLowerCase(), operationOf(name, one)])),
				]),
			),
			components: {
				securitySchemes: {token: {type: 'http', scheme: 'bearer', description: 'A token that the API server knows'}},
				schemas: {
					Refusal: plain(refusal),
					...Object.fromEntries(Object.entries(streamEvents).map(([name, schema]) => [`event-${name}`, plain(schema)])),
				},
			},
		}),
	) as Json;
};
