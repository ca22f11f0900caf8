// The Canary's reference page, written from its schema.
import {canary} from './canary.ts';
import {plainSchema, type Schema} from './crds.ts';

type Row = {
	readonly path: string;
	readonly type: string;
	readonly absent: string;
	readonly meaning: string;
	readonly shape: string;
};

/** Parts with a table of their own, because they are long or belong to one shape. */
const sections: ReadonlyArray<readonly [path: string, title: string]> = [
	['spec', 'The spec of both shapes'],
	['spec.service', 'spec.service (today’s shape)'],
	['spec.analysis', 'spec.analysis (today’s shape)'],
	['spec.canaryAnalysis', 'spec.canaryAnalysis (first shape)'],
	['status', 'The status'],
];

const introduction = `<!-- Written by npm run generate from api/canary.ts; edits are overwritten. -->

# Canary reference

\`flagger.app/v1beta1 Canary\` has two shapes. In **today’s**, \`targetRef\` names a workload, and the primary, the
Services and the route are generated. In the **first**, you bring both workloads, both Services and the VirtualService,
and \`primary\`, \`canary\` and \`virtualService\` name them. A Canary has one shape; with fields of both it is not run.

In the tables, a path ending in \`[]\` is an entry of a list and one ending in \`{}\` an entry of a map. The last column
tells which shape has a field; *Aviary* marks fields that Flagger does not have and prunes.

Every manifest that Flagger 1.44 takes is accepted. Some of it **is not supported yet**, and a Canary that asks for it is
not run, and nothing is touched: providers that are not among [those that there are](../routers.md), targets of kind
Service but Knative’s, autoscalers other than a HorizontalPodAutoscaler, \`mirror\` and
\`sessionAffinity\`, webhooks that gate (all but type \`event\`), MetricTemplates whose \`provider.type\` is not in the
table of [checks](../checks.md#metric-templates), and \`revertOnDeletion\`. Others are left out with a warning: webhooks of
type \`event\` and \`primaryScalerReplicas\`.
`;

/** The whole page, as Markdown. */
export const referencePage = (): string => {
	const rows = rowsBelow(plainSchema(canary), '', 'both').filter(({path}) => /^(?:spec|status)\./.test(path));
	const tables = sections.map(([path, title]) => `## ${title}\n\n${tableOf(rows.filter((row) => home(row) === path))}`);
	return `${introduction}\n${tables.join('\n')}`;
};

/** The section with the longest path that a row is below of. */
const home = ({path}: Row): string =>
	sections.map(([section]) => section).findLast((section) => path.startsWith(`${section}.`)) ?? '';

const rowsBelow = (schema: Schema, path: string, inherited: string): readonly Row[] => {
	const required = new Set(schema.required);
	return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
		const here = path === '' ? name : `${path}.${name}`;
		const shape = field['x-aviary-shape'] ?? inherited;
		const row = {
			path: here,
			type: typeOf(field),
			absent: absentOf(field, required.has(name)),
			meaning: field.description ?? '',
			shape,
		};
		return [row, ...rowsWithin(field, here, shape)];
	});
};

const rowsWithin = (field: Schema, path: string, shape: string): readonly Row[] => {
	if (field.items !== undefined) {
		return rowsBelow(field.items, `${path}[]`, shape);
	}

	return field.additionalProperties === undefined
		? rowsBelow(field, path, shape)
		: rowsBelow(field.additionalProperties, `${path}{}`, shape);
};

const typeOf = (field: Schema): string => {
	if (field['x-kubernetes-int-or-string'] === true) {
		return 'integer or string';
	}

	if (field.items !== undefined) {
		return `list of ${typeOf(field.items)}`;
	}

	if (field.additionalProperties !== undefined) {
		return `map of ${typeOf(field.additionalProperties)}`;
	}

	const values = field.enum ?? field['x-aviary-values'];
	if (values !== undefined) {
		return values.map((value) => (value === '' ? 'empty' : `\`${value}\``)).join(', ');
	}

	return field.pattern?.startsWith('^[0-9]+(') === true ? 'duration' : (field.type ?? 'any');
};

const absentOf = (field: Schema, isRequired: boolean): string => {
	if (isRequired) {
		return '*required*';
	}

	return field.default === undefined
		? (field['x-aviary-default'] ?? '')
		: `\`${JSON.stringify(field.default)}\`, written`;
};

const tableOf = (rows: readonly Row[]): string => {
	const line = (...cells: readonly string[]): string =>
		`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
	const head = line('Field', 'Type', 'When absent', 'Meaning', 'Shape') + line('---', '---', '---', '---', '---');
	return head + rows.map((row) => line(`\`${row.path}\``, row.type, row.absent, row.meaning, row.shape)).join('');
};
