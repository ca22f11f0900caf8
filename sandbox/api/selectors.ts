// Label and field selectors, as strings of a query.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {badRequest} from './errors.ts';
import {valueAt} from './json.ts';
import type {Selection} from './types.ts';

export type Test = (object: KubeObject) => boolean;

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

const unparsable = (text: string) => badRequest(`unable to parse requirement: invalid selector: "${text}"`);

const key = String.raw`([A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9])?)`;
const setBased = new RegExp(String.raw`^${key}\s+(in|notin)\s*\(([^()]*)\)$`, 'u');
const equality = new RegExp(String.raw`^${key}\s*(==|=|!=)\s*([A-Za-z0-9_.-]*)$`, 'u');
const comparison = new RegExp(String.raw`^${key}\s*([<>])\s*(-?\d+)$`, 'u');
const existence = new RegExp(String.raw`^(!?)\s*${key}$`, 'u');

const requirement = (text: string): LabelTest => {
	const set = setBased.exec(text);
	if (set !== null) {
		const [, name = '', operator, list = ''] = set;
		const values = new Set(list.split(',').map((value) => value.trim()));
		if (operator === 'in') return (labels) => labels[name] !== undefined && values.has(labels[name]);
		return (labels) => labels[name] === undefined || !values.has(labels[name]);
	}

	const equal = equality.exec(text);
	if (equal !== null) {
		const [, name = '', operator, value = ''] = equal;
		return operator === '!=' ? (labels) => labels[name] !== value : (labels) => labels[name] === value;
	}

	const compared = comparison.exec(text);
	if (compared !== null) {
		const [, name = '', operator, bound] = compared;
		const factor = operator === '>' ? 1 : -1;
		return (labels) => labels[name] !== undefined && (Number(labels[name]) - Number(bound)) * factor > 0;
	}

	const exists = existence.exec(text);
	if (exists === null) throw unparsable(text);
	const [, negation, name = ''] = exists;
	return (labels) => Object.hasOwn(labels, name) !== (negation === '!');
};

/** Splits at the commas that are outside of parentheses. */
const terms = (text: string): readonly string[] =>
	text
		.split(/,(?![^(]*\))/u)
		.map((term) => term.trim())
		.filter((term) => term !== '');

/** The test of a label selector; one requirement or more, separated by commas. */
const labelTest = (selector: string): LabelTest => {
	const tests = terms(selector).map((term) => requirement(term));
	return (labels) => tests.every((test) => test(labels));
};

const knownFields: Readonly<Record<string, readonly string[]>> = {
	pods: [
		'spec.nodeName',
		'spec.restartPolicy',
		'spec.schedulerName',
		'spec.serviceAccountName',
		'spec.hostNetwork',
		'status.phase',
		'status.podIP',
		'status.nominatedNodeName',
	],
	events: [
		...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
			(field) => `involvedObject.${field}`,
		),
		'reason',
		'reportingComponent',
		'source',
		'type',
	],
	namespaces: ['status.phase', 'name'],
	nodes: ['spec.unschedulable'],
	secrets: ['type'],
	replicasets: ['status.replicas'],
	replicationcontrollers: ['status.replicas'],
	jobs: ['status.successful'],
	services: ['spec.clusterIP', 'spec.type'],
};

const fieldValue = (object: KubeObject, field: string): string => {
	const path = field === 'source' ? 'source.component' : field === 'name' ? 'metadata.name' : field;
	const value = valueAt(object, path);
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
};

const fieldTest = (plural: string, selector: string, selectable: readonly string[]): Test => {
	const tests = terms(selector).map((term): Test => {
		const match = /^([^=!]+)(==|=|!=)(.*)$/u.exec(term);
		if (match === null) {
			throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
		}

		const [, field = '', operator, value = ''] = match;
		const known = ['metadata.name', 'metadata.namespace', ...(knownFields[plural] ?? []), ...selectable];
		if (!known.includes(field)) throw badRequest(`field label not supported: ${field}`);
		return (object) => (fieldValue(object, field) === value) !== (operator === '!=');
	});
	return (object) => tests.every((test) => test(object));
};

/** The test of a whole selection; `selectable` are the fields that a CRD adds to those that every kind has. */
export const selectionTest = (plural: string, selection: Selection, selectable: readonly string[] = []): Test => {
	const tests: Test[] = [];
	const {namespace, labelSelector, fieldSelector} = selection;
	if (namespace !== undefined) tests.push((object) => object.metadata.namespace === namespace);
	if (labelSelector !== undefined && labelSelector !== '') {
		const matches = labelTest(labelSelector);
		tests.push((object) => matches(object.metadata.labels ?? {}));
	}

	if (fieldSelector !== undefined && fieldSelector !== '') tests.push(fieldTest(plural, fieldSelector, selectable));
	return (object) => tests.every((test) => test(object));
};
