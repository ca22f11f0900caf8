// The cluster itself: its version, the CRDs and their fields.
import {definitions} from '../../api/crds.ts';
import {resourceName} from '../../services/kubernetes/objects.ts';
import {canaries, canaryCommands, canaryRuns} from '../../services/kubernetes/resources.ts';
import type {Access} from '../cluster-access.ts';
import {plain} from '../terminal.ts';
import {ask, broken, doubtful, sound, type Finding} from './finding.ts';

/** ValidatingAdmissionPolicy is stable from here on. */
const MINOR_OF_POLICY = 30;

/** Rejects with ApiError when the API server does not answer. */
export const examineVersion = async (access: Access): Promise<Finding> => {
	const answer = await ask(access, '/version');
	if (answer.kind !== 'found') {
		return doubtful('Kubernetes', `its version cannot be read: ${answer.text}`, 'ask for the right to get /version');
	}

	const version = plain(answer.body['gitVersion']) || 'unknown';
	const minor = Number.parseInt(plain(answer.body['minor']), 10);
	return minor < MINOR_OF_POLICY
		? doubtful(
				'Kubernetes',
				`${version}, without ValidatingAdmissionPolicy: who gives a CanaryCommand is a claim`,
				'use Kubernetes 1.30 or later, or leave out artifacts/roles/command-policy.yaml',
			)
		: sound('Kubernetes', version);
};

type Properties = Readonly<Record<string, {readonly properties?: Properties} | undefined>>;
type CrdSpec = {
	readonly versions?: ReadonlyArray<{
		readonly name: string;
		readonly schema?: {readonly openAPIV3Schema?: {readonly properties?: Properties}};
	}>;
};

/** `status.waitingFor`: the fields of spec and status, of one level. */
const fieldsOf = (spec: CrdSpec, version: string): readonly string[] => {
	const schema = spec.versions?.find(({name}) => name === version)?.schema?.openAPIV3Schema?.properties ?? {};
	return ['spec', 'status'].flatMap((top) =>
		Object.keys(schema[top]?.properties ?? {}).map((field) => `${top}.${field}`),
	);
};

const FIELDS_NAMED = 4;
const APPLY = 'apply ours: aviary install --crds-only | kubectl apply --server-side -f -';

/** What a cluster without it lacks; a CRD that is not named here is needed for nothing but its own objects. */
const needs: Readonly<Record<string, string>> = {
	[resourceName(canaries)]: 'without it there are no Canaries',
	[resourceName(canaryCommands)]: 'without it nobody can steer a run',
	[resourceName(canaryRuns)]: 'without it no run is recorded',
};

const examineCrd = async (access: Access, name: string, ours: CrdSpec): Promise<Finding | undefined> => {
	const answer = await ask(access, `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
	switch (answer.kind) {
		case 'absent': {
			const need = needs[name];
			return need === undefined ? undefined : broken('CRDs', `${name} is not installed: ${need}`, APPLY);
		}

		case 'found': {
			const theirs = (answer.body['spec'] ?? {}) as CrdSpec;
			const version = ours.versions?.[0]?.name ?? '';
			const present = new Set(fieldsOf(theirs, version));
			const lacking = fieldsOf(ours, version).filter((field) => !present.has(field));
			const more = lacking.length > FIELDS_NAMED ? ` and ${lacking.length - FIELDS_NAMED} more` : '';
			const isServed = theirs.versions?.some((one) => one.name === version) ?? false;
			if (!isServed) {
				return broken('CRDs', `${name} does not serve ${version}`, APPLY);
			}

			return lacking.length === 0
				? sound('CRDs', `${name} ${version}, with all fields`)
				: doubtful(
						'CRDs',
						`${name} is the peer’s or an older one: it drops ${lacking.slice(0, FIELDS_NAMED).join(', ')}${more}`,
						APPLY,
					);
		}

		default: {
			return doubtful(
				'CRDs',
				`${name} cannot be read: ${answer.text}`,
				'ask for the right to get customresourcedefinitions.apiextensions.k8s.io',
			);
		}
	}
};

/** One finding a CRD; those that only the older kinds need are left out where they are absent. */
export const examineCrds = async (access: Access): Promise<readonly Finding[]> => {
	const found = await Promise.all(
		definitions.map(({metadata, spec}) => examineCrd(access, metadata.name, spec as unknown as CrdSpec)),
	);
	return found.filter((finding) => finding !== undefined);
};
