// How GitOps tools read a Canary: the rules of Argo CD's bundled health script for flagger.app/Canary
// (argo-cd, resource_customizations/flagger.app/Canary/health.lua) and of Flux's kstatus (cli-utils, pkg/kstatus).
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

type Condition = {readonly type?: string; readonly status?: string; readonly message?: string};

const conditionsOf = (status: NonNullable<KubeObject['status']>): readonly Condition[] =>
	status['conditions'] as readonly Condition[];

const healths: Readonly<Record<string, string>> = {
	Failed: 'Degraded',
	Progressing: 'Progressing',
	Finalising: 'Progressing',
	Promoting: 'Progressing',
	Succeeded: 'Healthy',
	Initialized: 'Healthy',
};

/** Argo CD's answer. Throws where its script would: it compares the weight, walks the conditions and joins messages. */
const argoHealthOf = ({status}: KubeObject): {readonly health: string; readonly message: string} => {
	if (status === undefined) {
		return {health: 'Unknown', message: 'No status'};
	}

	const {phase, canaryWeight} = status;
	if (typeof canaryWeight !== 'number' || typeof phase !== 'string' || !Array.isArray(status['conditions'])) {
		throw new TypeError(`Argo CD cannot read ${JSON.stringify(status)}`);
	}

	const messages = conditionsOf(status).map(({type, message}) => {
		if (typeof message !== 'string') {
			throw new TypeError(`condition ${type ?? ''} has no message`);
		}

		return message;
	});
	const weight = canaryWeight > 0 ? [`Canary Weight: ${canaryWeight} %`] : [];
	return {health: healths[phase] ?? 'Unknown', message: [phase, ...weight, ...messages].join(' --- ')};
};

/** Flux's answer: what it would take for the Canary's readiness; `Current` where it finds nothing to read. */
const fluxStatusOf = ({metadata, status = {}}: KubeObject): 'Terminating' | 'InProgress' | 'Failed' | 'Current' => {
	if (metadata.deletionTimestamp !== undefined) {
		return 'Terminating';
	}

	const {generation} = metadata;
	const observed = status['observedGeneration'];
	if (observed !== undefined && observed !== generation) {
		return 'InProgress';
	}

	for (const {type, status: value} of conditionsOf({conditions: [], ...status})) {
		if (type === 'Reconciling' && value === 'True') {
			return 'InProgress';
		}

		if (type === 'Stalled' && value === 'True') {
			return 'Failed';
		}

		if (type === 'Ready' && value !== 'True') {
			return 'InProgress';
		}
	}

	return 'Current';
};

/** What Argo CD has no word for: a Canary that begins, and one that waits for somebody. */
const unknownPhases: ReadonlySet<unknown> = new Set(['Initializing', 'Waiting', 'WaitingPromotion']);

/** What is wrong with a Canary as GitOps tools see it; nothing before it has a status. */
export const misreadings = (canary: KubeObject): readonly string[] => {
	if (canary.status === undefined) {
		return [];
	}

	try {
		const {health, message} = argoHealthOf(canary);
		const flux = fluxStatusOf(canary);
		return [
			...(health === 'Unknown' && !unknownPhases.has(canary.status['phase']) ? ['Argo CD: Unknown'] : []),
			...(/undefined|null|NaN/.test(message) ? [`Argo CD says: ${message}`] : []),
			...(flux === 'Current' || flux === 'Terminating' ? [] : [`Flux: ${flux}`]),
		];
	} catch (error) {
		return [(error as Error).message];
	}
};
