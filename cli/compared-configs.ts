// ConfigMaps and Secrets that a new revision refers to in place of others, read and compared as the caller.
import {ApiError, type KubeObject, type Resource} from '../services/kubernetes/cluster.ts';
import {getObject} from '../services/kubernetes/get-object.ts';
import {configMaps, secrets} from '../services/kubernetes/resources.ts';
import {contentDiff, type ContentDiff} from '../services/workloads/difference/config-contents.ts';
import type {ConfigChange, ConfigKind} from '../services/workloads/difference/config-references.ts';
import type {Access} from './cluster-access.ts';
import {plain} from './terminal.ts';

/** `notes` say in a line each what could not be read; then there are no changes. */
export type ComparedConfig = ConfigChange & ContentDiff & {readonly notes: readonly string[]};

const resources: Readonly<Record<ConfigKind, Resource>> = {ConfigMap: configMaps, Secret: secrets};

/** A template may refer to anything; what cannot be a name is not asked for. */
const isName = (name: string): boolean => /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/.test(name);

type Read = {readonly object?: KubeObject; readonly note?: string};

const read = async (access: Access, kind: ConfigKind, namespace: string, name: string | undefined): Promise<Read> => {
	if (name === undefined) return {};
	const resource = resources[kind];
	const called = `${kind.toLowerCase()}/${plain(name)}`;
	if (!isName(name)) return {note: `${called}: this is no name, so that nothing is compared`};
	try {
		const object = await getObject(access.api, {resource, namespace, name, patient: false});
		return object === undefined ? {note: `${called}: there is none in the namespace ${namespace}`} : {object};
	} catch (error) {
		if (!(error instanceof ApiError) || error.code !== 403) throw error;
		const right = `get ${resource.plural} in the namespace ${namespace}`;
		return {note: `${called}: you may not ${right}, so that what is in it is not compared`};
	}
};

const shownName = (kind: ConfigKind, name: string | undefined): string =>
	name === undefined ? '/dev/null' : `${kind.toLowerCase()}/${plain(name)}`;

/** Compares what is in them. Rejects with CommandError when the API server fails otherwise than by refusing. */
export const compareConfigs = async (
	access: Access,
	namespace: string,
	changes: readonly ConfigChange[],
): Promise<readonly ComparedConfig[]> => {
	const compared: ComparedConfig[] = [];
	for (const change of changes) {
		const {kind, before, after} = change;
		const right = `get ${resources[kind].plural} in the namespace ${namespace}`;
		const both = Promise.all([read(access, kind, namespace, before), read(access, kind, namespace, after)]);
		const [old, fresh] = await access.explained(both, right);
		const notes = [...new Set([old.note, fresh.note])].flatMap((note) => note ?? []);
		const names = [shownName(kind, before), shownName(kind, after)] as const;
		const content = notes.length > 0 ? {changes: [], unified: []} : contentDiff(kind, old.object, fresh.object, names);
		compared.push({...change, ...content, notes});
	}

	return compared;
};
