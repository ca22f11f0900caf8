// Everything that the doctor looks at, in the order in which it is to be mended.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {canaries, pathOf} from '../../services/kubernetes/resources.ts';
import type {CanaryStatus} from '../../api/canary.ts';
import {viewOf} from '../canary-view.ts';
import type {Access} from '../cluster-access.ts';
import {plain} from '../terminal.ts';
import {examineCrds, examineVersion} from './cluster.ts';
import {ask, broken, doubtful, itemsOf, sound, type Finding} from './finding.ts';
import {examineMesh} from './mesh.ts';
import {examineMetrics, examineOperator} from './operator.ts';
import {examineCaller, examineOperatorRights} from './permissions.ts';

const NEW_MS = 60_000;

/** More would push everything else off the screen. */
const PROBLEMS_NAMED = 5;

/** What the operator has found, of the Canary and of what it refers to, a finding each. */
const problemsOf = (canary: KubeObject, which: string): readonly Finding[] => {
	const {problems = []} = (canary.status ?? {}) as CanaryStatus;
	const more = problems.length - PROBLEMS_NAMED;
	return problems
		.slice(0, PROBLEMS_NAMED)
		.map(({text, remedy}, index) =>
			broken(
				'Canaries',
				`${which}: ${plain(text)}${more > 0 && index === PROBLEMS_NAMED - 1 ? ` (and ${more} more)` : ''}`,
				plain(remedy) || `aviary explain ${which}`,
			),
		);
};

const examineCanary = (canary: KubeObject, now: number): readonly Finding[] => {
	const {namespace, name, state, problems, created, reason} = viewOf({...canary, kind: canaries.kind}, now);
	const which = `${namespace}/${name}`;
	const told = problemsOf(canary, which);
	if (told.length > 0) {
		return told;
	}

	if (state === '' && now - created > NEW_MS) {
		const remedy = 'check that aviary daemon runs and attends to it';
		return [broken('Canaries', `${which}: no operator has looked at it`, remedy)];
	}

	if (problems !== '') {
		return [broken('Canaries', `${which}: ${problems}`, `kubectl -n ${namespace} edit canary ${name}`)];
	}

	return state === 'failed' || state === 'halted'
		? [doubtful('Canaries', `${which} is ${state}${reason === '' ? '' : `: ${reason}`}`, `aviary explain ${which}`)]
		: [];
};

const examineCanaries = async (access: Access, now: number): Promise<readonly Finding[]> => {
	const everywhere = await ask(access, pathOf(canaries));
	const answer = everywhere.kind === 'denied' ? await ask(access, pathOf(canaries, access.namespace)) : everywhere;
	const where = everywhere.kind === 'denied' ? ` in ${access.namespace}` : '';
	if (answer.kind !== 'found') {
		// That the kind is not there is said where the CRDs are.
		return answer.kind === 'absent'
			? []
			: [doubtful('Canaries', `they cannot be listed: ${answer.text}`, 'ask for the ClusterRole aviary-viewer')];
	}

	const all = itemsOf(answer);
	const found = all.flatMap((canary) => examineCanary(canary, now));
	return found.length > 0 ? found : [sound('Canaries', `${all.length}${where}, none in trouble`)];
};

/** Rejects with CommandError when the API server does not answer. */
export const examine = async (access: Access, now: number): Promise<readonly Finding[]> => {
	const version = await access.explained(examineVersion(access), 'get /version');
	const rest = async (): Promise<readonly Finding[]> => {
		const [crds, caller, {operator, findings}, canariesFound] = await Promise.all([
			examineCrds(access),
			examineCaller(access),
			examineOperator(access, now),
			examineCanaries(access, now),
		]);
		const {served, finding: mesh} = await examineMesh(access, operator?.meshProvider);
		const ofOperator =
			operator === undefined
				? []
				: await Promise.all([examineOperatorRights(access, operator, served), examineMetrics(access, operator)]);
		return [...crds, ...findings, ...ofOperator, mesh, ...caller, ...canariesFound];
	};
	return [version, ...(await access.explained(rest(), 'read what the doctor looks at'))];
};
