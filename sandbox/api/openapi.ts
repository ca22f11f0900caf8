// OpenAPI v3 as kubectl reads it: an index, and for each group and version the paths and the schemas of its kinds.
import {reviewsIn, servedIn, versionsByGroup} from './discovery.ts';
import {recordOf, type Json} from './json.ts';
import type {Kind, Kinds} from './kinds.ts';
import {elementOf, modelName, modelOf} from './models.ts';

const rootOf = (group: string, version: string): string =>
	group === '' ? `api/${version}` : `apis/${group}/${version}`;

/** `/openapi/v3`. */
export const openApiIndex = (kinds: Kinds): Json => {
	const roots = [...versionsByGroup(kinds)].flatMap(([group, versions]) =>
		versions.map((version) => rootOf(group, version)),
	);
	return {paths: Object.fromEntries(roots.map((root) => [root, {serverRelativeURL: `/openapi/v3/${root}`}]))};
};

/** `V1ObjectMeta` as `io.k8s.v1.ObjectMeta`: kubectl shows what follows the last dot. */
const nameOf = (model: string): string => {
	const [, prefix = '', version = '', rest = ''] =
		/^([A-Z][a-z]+)?(V\d+(?:(?:alpha|beta)\d+)?)(\w+)$/u.exec(model) ?? [];
	return rest === '' ? `io.k8s.${model}` : `io.k8s.${prefix.toLowerCase()}${version.toLowerCase()}.${rest}`;
};

const simple: Readonly<Record<string, Json>> = {
	any: {type: 'object'},
	boolean: {type: 'boolean'},
	Date: {type: 'string', format: 'date-time'},
	IntOrString: {oneOf: [{type: 'integer'}, {type: 'string'}], format: 'int-or-string'},
	number: {type: 'integer'},
	string: {type: 'string'},
};

/** The schema of a type; the models that it names are added to `wanted`. */
const schemaOf = (type: string, wanted: Set<string>): Json => {
	const {list, map} = elementOf(type);
	if (list !== undefined) return {type: 'array', items: schemaOf(list, wanted)};
	if (map !== undefined) return {type: 'object', additionalProperties: schemaOf(map, wanted)};
	if (simple[type] !== undefined) return simple[type];
	if (modelOf(type) === undefined) return {type: 'object'};
	wanted.add(type);
	return {allOf: [{$ref: `#/components/schemas/${nameOf(type)}`}]};
};

const modelSchema = (name: string, wanted: Set<string>): Json => {
	const {description, fields} = modelOf(name) ?? {description: '', fields: []};
	const properties = fields.map((field) => [
		field.name,
		{...schemaOf(field.type, wanted), ...(field.description !== '' && {description: field.description})},
	]);
	const required = fields.filter(({isRequired}) => isRequired).map((field) => field.name);
	return {
		description,
		type: 'object',
		properties: Object.fromEntries(properties) as Json,
		...(required.length > 0 && {required}),
	};
};

/** A CRD's schema with what every object has, which the CRD leaves to the server. */
const customSchema = (schema: Json, wanted: Set<string>): Json => {
	const common = recordOf(modelSchema('V1CustomResourceDefinition', new Set())['properties']);
	const metadata = {
		...schemaOf('V1ObjectMeta', wanted),
		description:
			"Standard object's metadata. More info: " +
			'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
	};
	const own = recordOf(schema['properties']);
	const {apiVersion, kind} = common;
	return {...schema, properties: {...own, apiVersion, kind, metadata}};
};

const ownSchema = (kind: Kind, version: string, wanted: Set<string>): Json => {
	const declared = kind.versions.find(({name}) => name === version)?.schema;
	const schema = kind.isCustom
		? customSchema(recordOf(declared), wanted)
		: modelSchema(modelName(kind.kind, version), wanted);
	const gvk = {group: kind.key.group, version, kind: kind.kind};
	return {...schema, 'x-kubernetes-group-version-kind': [gvk]};
};

const pathsOf = (kind: Kind, group: string, version: string): readonly (readonly [string, Json])[] => {
	const gvk = {group, version, kind: kind.kind};
	const about = {'x-kubernetes-group-version-kind': gvk, responses: {'200': {description: 'OK'}}};
	const parameters = [{name: 'fieldValidation', in: 'query', schema: {type: 'string'}}];
	const root = `/${rootOf(group, version)}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.key.plural}`;
	// No content types of patches: so kubectl makes strategic ones from its own types and not from these schemas.
	return [
		[
			root,
			{
				get: {...about, operationId: `list${kind.kind}`},
				post: {...about, operationId: `create${kind.kind}`, parameters},
			},
		],
		[
			`${root}/{name}`,
			{
				get: {...about, operationId: `read${kind.kind}`},
				patch: {...about, operationId: `patch${kind.kind}`, parameters},
			},
		],
	];
};

const schemasOf = (kinds: readonly Kind[], group: string, version: string): Json => {
	const wanted = new Set<string>();
	const schemas: Json = {};
	for (const kind of kinds) {
		schemas[`${group === '' ? 'core' : group.split('.').reverse().join('.')}.${version}.${kind.kind}`] = ownSchema(
			kind,
			version,
			wanted,
		);
	}

	// A set grows while it is gone through: each model brings the ones that it refers to.
	for (const name of wanted) schemas[nameOf(name)] = modelSchema(name, wanted);
	return schemas;
};

/** `/openapi/v3/apis/G/V`; undefined when it is not served. */
export const openApiOf = (kinds: Kinds, group: string, version: string): Json | undefined => {
	const served = servedIn(kinds, group, version);
	if (served.length === 0 && reviewsIn(group).length === 0) return undefined;
	return {
		openapi: '3.0.0',
		info: {title: 'Kubernetes', version: 'v1.36.0'},
		paths: Object.fromEntries(served.flatMap((kind) => pathsOf(kind, group, version))),
		components: {schemas: schemasOf(served, group, version)},
	};
};
