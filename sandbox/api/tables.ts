// Answers of kind Table, which is what `kubectl get` asks for.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {ageOf} from './ages.ts';
import {layoutOf, type Column, type Layout} from './columns.ts';
import type {Json} from './json.ts';
import {jsonPath} from './jsonpath.ts';
import {inVersion, type Kind, type PrinterColumn} from './kinds.ts';

type Described = Column & {readonly description?: string};

const customCell = (column: PrinterColumn, object: KubeObject, now: number): unknown => {
	const found = jsonPath(column.jsonPath)(object);
	const [first] = found;
	if (first === undefined || first === null) return null;
	if (column.type === 'date') return ageOf(first, now);
	if (column.type !== 'string') return first;
	return found.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' ');
};

const age: PrinterColumn = {name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'};

const customLayout = (declared: readonly PrinterColumn[]): Layout => {
	const columns = declared.length === 0 ? [age] : declared;
	return {
		columns: [
			{name: 'Name', type: 'string', format: 'name', priority: 0},
			...columns.map(({name, type, priority = 0, format, description}) => ({
				name,
				type,
				priority,
				...(format !== undefined && {format}),
				...(description !== undefined && {description}),
			})),
		],
		cells: (object, now) => [object.metadata.name, ...columns.map((column) => customCell(column, object, now))],
	};
};

const layoutFor = (kind: Kind, version: string): Layout => {
	if (!kind.isCustom) return layoutOf(kind.key.plural);
	return customLayout(kind.versions.find(({name}) => name === version)?.columns ?? []);
};

const definition = ({name, type, priority, format, description}: Described): Json => ({
	name,
	type,
	format: format ?? '',
	description: description ?? name,
	priority,
});

export type TableOptions = {
	readonly now: number;
	readonly metadata: Json;
	/** `Object`, `Metadata` (when absent) or `None`. */
	readonly include: string | undefined;
	/** A watch sends the definitions with its first event only. */
	readonly hasColumns?: boolean;
};

const rowObject = (kind: Kind, version: string, object: KubeObject, include: string | undefined): unknown => {
	if (include === 'None') return null;
	if (include === 'Object') return inVersion(kind, object, version);
	return {kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata};
};

/** The objects as a Table. */
export const tableOf = (kind: Kind, version: string, objects: readonly KubeObject[], options: TableOptions): Json => {
	const {columns, cells} = layoutFor(kind, version);
	return {
		kind: 'Table',
		apiVersion: 'meta.k8s.io/v1',
		metadata: options.metadata,
		columnDefinitions: (options.hasColumns ?? true) ? columns.map((column) => definition(column)) : null,
		rows: objects.map((object) => ({
			cells: cells(object, options.now).map((cell) => cell ?? null),
			object: rowObject(kind, version, object, options.include),
		})),
	};
};
