// What a Canary's target changes against its primary, read as the caller.
import {toModel} from '../api/model-of-canary.ts';
import type {WorkloadMapping} from '../api/workload-mapping.ts';
import type {KubeObject, Resource, Wanted} from '../services/kubernetes/cluster.ts';
import {getObject} from '../services/kubernetes/get-object.ts';
import {list} from '../services/kubernetes/list.ts';
import type {Change} from '../services/workloads/difference/changes.ts';
import {comparedOf, revisionDiff} from '../services/workloads/difference/revision-diff.ts';
import {workloadsOf} from '../services/workloads/index.ts';
import {providers} from '../services/providers/index.ts';
import {ANSWER_MS, type Access} from './cluster-access.ts';
import {readCanary} from './cluster-reader.ts';
import {compareConfigs, type ComparedConfig} from './compared-configs.ts';
import {CommandError} from './errors.ts';

/** The same fields as the HTTP interface has, with what is in the configs. */
export type Comparison = {
	readonly namespace: string;
	readonly name: string;
	readonly kind: string;
	/** `revision` is the one last promoted onto it; empty when none is known. */
	readonly primary: {readonly name: string; readonly revision: string};
	readonly canary: {readonly name: string; readonly revision: string};
	readonly same: boolean;
	readonly changes: readonly Change[];
	readonly unified: readonly string[];
	readonly configs: readonly ComparedConfig[];
};

const readWanted = async (
	access: Access,
	resource: Resource,
	namespace: string,
	wanted: Wanted,
): Promise<readonly KubeObject[]> => {
	const place = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
	if ('name' in wanted) {
		const asked = getObject(access.api, {resource, namespace, name: wanted.name, patient: false});
		const found = await access.explained(asked, `get ${place} in ${namespace}`);
		return found === undefined ? [] : [found];
	}

	const labelSelector =
		'labels' in wanted
			? Object.entries(wanted.labels)
					.map(([key, value]) => `${key}=${value}`)
					.join(',')
			: undefined;
	const listed = list({
		api: access.api,
		resource,
		namespace,
		labelSelector,
		signal: AbortSignal.timeout(ANSWER_MS * 4),
		take: (object) => ('keep' in wanted && !wanted.keep(object) ? undefined : object),
		onPage() {},
	});
	const {objects} = await access.explained(listed, `list ${place} in ${namespace}`);
	return objects;
};

/** Compares; rejects with CommandError when there is nothing to compare, or it may not be read. */
export const compareRevisions = async (
	access: Access,
	name: string,
	mappings: readonly WorkloadMapping[],
): Promise<Comparison> => {
	const canary = await readCanary(access, access.namespace, name);
	const model = toModel(canary, {meshProvider: 'istio', intervalMs: 10_000, speed: 1, mappings, providers});
	const {namespace, target, primary} = model;
	const workloads = workloadsOf(target);
	if (workloads === undefined) {
		throw new CommandError(
			`a target of the kind ${target.kind || 'none'} cannot be compared`,
			'see docs/targets.md, and --workload-mappings',
		);
	}

	const {resource, sides} = workloads;
	const parts = sides?.parts(model) ?? {resource, wanted: {name: primary.name}};
	const [[object], others] = await Promise.all([
		readWanted(access, resource, namespace, {name: target.name}),
		readWanted(access, parts.resource, namespace, parts.wanted),
	]);
	const both = comparedOf(workloads, object, others);
	if (both.target === undefined || both.primary === undefined) {
		const missing = both.target === undefined ? target.name : primary.name;
		const text = `there is no ${workloads.kind} ${missing} in the namespace ${namespace}`;
		throw new CommandError(text, 'aviary explain tells more');
	}

	const compared = {target: both.target, primary: both.primary};
	try {
		const found = revisionDiff(workloads, model, compared, {isMasked: false});
		return {
			namespace,
			name: model.name,
			kind: workloads.kind,
			primary: {name: primary.name, revision: workloads.read(compared.primary).promoted ?? ''},
			canary: {name: target.name, revision: workloads.read(compared.target).revision},
			same: found.changes.length === 0,
			...found,
			configs: await compareConfigs(access, namespace, found.configs),
		};
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new CommandError(error.message, 'aviary explain tells more', {cause: error});
	}
};
