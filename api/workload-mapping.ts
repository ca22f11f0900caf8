// How a kind of workload is released that nothing here knows: which of its fields a promotion takes along, which one
// scales it, and which condition tells that it is ready. Declared in a file, one document a kind.
import {Findings, type Problem} from './findings.ts';
import {at, isAbsent, isBag, shown} from './reading.ts';

/** Kinds that need no mapping: they run pods of a template, and a primary can be generated of them. */
export const templateKinds: ReadonlySet<string> = new Set(['Deployment', 'DaemonSet', 'StatefulSet']);

/** A path of keys in an object: `spec.values` is `['spec', 'values']`. */
export type FieldPath = readonly string[];

export type WorkloadMapping = {
	readonly target: {readonly apiVersion: string; readonly kind: string; readonly plural: string};
	/** What a promotion takes along; all below `spec`. */
	readonly promoted: readonly FieldPath[];
	/** How many of its pods are wanted. Without it the canary's pods stay when a run is over. */
	readonly replicas?: FieldPath;
	/** The types of conditions in `status.conditions`: that all is as wanted, and that it will never be. */
	readonly ready: {readonly condition: string; readonly stalled?: string};
	/** The labels of its pods, to say why they do not start; `{name}` is the object's name. */
	readonly podLabels?: Readonly<Record<string, string>>;
};

/** The key of a path: letters, digits and dashes, or anything in brackets and quotes. */
const step = /^(?:\.?([A-Za-z0-9_-]+)|\["([^"\]]+)"\])/;

/** `spec.labels["a.b/c"]` as keys; undefined when it is none, or `__proto__` and the like. */
export const parsePath = (text: string): FieldPath | undefined => {
	const keys: string[] = [];
	for (let rest = text; rest !== '';) {
		const found = step.exec(rest);
		const isFirst = keys.length === 0;
		if (found === null || isFirst === /^[.[]/.test(rest)) return undefined;
		const key = found[1] ?? found[2] ?? '';
		if (['__proto__', 'constructor', 'prototype'].includes(key)) return undefined;
		keys.push(key);
		rest = rest.slice(found[0].length);
	}

	return keys.length === 0 ? undefined : keys;
};

/** The path as text, as it may be written. */
export const shownPath = (path: FieldPath): string =>
	path.map((key, index) => (/^[A-Za-z0-9_-]+$/.test(key) ? `${index === 0 ? '' : '.'}${key}` : `["${key}"]`)).join('');

const isBelow = (path: FieldPath, above: FieldPath): boolean => above.every((key, index) => path[index] === key);

const pathOf = (field: string, value: unknown, findings: Findings): FieldPath | undefined => {
	const text = findings.text(field, value);
	const path = parsePath(text);
	if (path !== undefined && path[0] === 'spec' && path.length > 1) return path;
	if (text !== '') {
		const remedy = 'Write a path such as spec.values or spec.labels["example.com/size"]';
		findings.report(field, text, `${field} is ${shown(text)}, which is no path below spec`, remedy);
	}

	return undefined;
};

const named = (field: string, value: unknown, example: string, findings: Findings): string => {
	const text = findings.text(field, value);
	if (text === '') findings.report(field, value, `${field} is missing`, `Write it, such as ${example}`);
	return text;
};

const promotedOf = (value: unknown, findings: Findings): readonly FieldPath[] => {
	const list: readonly unknown[] = Array.isArray(value) ? value : [];
	if (list.length === 0) {
		const text = isAbsent(value) ? 'promoted is missing' : 'promoted is no list of paths';
		findings.report('promoted', value, text, 'List the fields that a promotion takes along, such as spec.values');
	}

	const paths = list.flatMap((item, index) => {
		const path = pathOf(`promoted[${index}]`, item, findings);
		return path === undefined ? [] : [path];
	});
	for (const [index, path] of paths.entries()) {
		const above = paths.find((other) => other !== path && isBelow(path, other));
		if (above !== undefined) {
			const text = `promoted[${index}] is ${shownPath(path)}, which is part of ${shownPath(above)}`;
			findings.report(`promoted[${index}]`, shownPath(path), text, 'Remove one of the two');
		}
	}

	return paths;
};

const labelsOf = (value: unknown, findings: Findings): WorkloadMapping['podLabels'] => {
	if (isAbsent(value)) return undefined;
	const entries = Object.entries(isBag(value) ? value : {});
	if (entries.length === 0 || entries.some(([, label]) => typeof label !== 'string')) {
		const remedy = 'Write labels and their values, such as app: "{name}"';
		findings.report('podLabels', value, 'podLabels is no map of labels', remedy);
		return undefined;
	}

	return Object.fromEntries(entries.map(([key, label]) => [key, String(label)]));
};

const fields: readonly string[] = ['target', 'promoted', 'replicas', 'ready', 'podLabels'];

/** Reads one document of a file of mappings. Total: what is wrong stands in `problems`, and then it is not to be used. */
export const readMapping = (
	document: unknown,
): {readonly mapping: WorkloadMapping; readonly problems: readonly Problem[]} => {
	const findings = new Findings();
	for (const key of Object.keys(isBag(document) ? document : {}).filter((name) => !fields.includes(name))) {
		findings.report(key, '', `${shown(key)} is no field of a mapping`, `Use ${fields.join(', ')}`);
	}

	const target = at(document, 'target');
	const kind = named('target.kind', at(target, 'kind'), 'HelmRelease', findings);
	if (templateKinds.has(kind)) {
		findings.report('target.kind', kind, `target.kind is ${kind}, which needs no mapping`, 'Remove the mapping');
	}

	const replicas = pathOf('replicas', at(document, 'replicas'), findings);
	const stalled = findings.text('ready.stalled', at(document, 'ready', 'stalled'));
	const podLabels = labelsOf(at(document, 'podLabels'), findings);
	const mapping: WorkloadMapping = {
		target: {
			apiVersion: named('target.apiVersion', at(target, 'apiVersion'), 'helm.toolkit.fluxcd.io/v2', findings),
			kind,
			plural: named('target.plural', at(target, 'plural'), 'helmreleases', findings),
		},
		promoted: promotedOf(at(document, 'promoted'), findings),
		...(replicas && {replicas}),
		ready: {
			condition: named('ready.condition', at(document, 'ready', 'condition'), 'Ready', findings),
			...(stalled !== '' && {stalled}),
		},
		...(podLabels && {podLabels}),
	};
	if (replicas !== undefined && mapping.promoted.some((path) => isBelow(path, replicas))) {
		const text = `replicas is ${shownPath(replicas)}, which is promoted, too: each side keeps its own`;
		findings.report('replicas', shownPath(replicas), text, 'Remove it from promoted');
	}

	return {mapping, problems: findings.problems};
};
