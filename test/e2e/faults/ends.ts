// What a run has come to on a real cluster, so that two runs can be compared.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {Change} from '../../releases/harness.ts';
import {templateOf} from '../../releases/shapes.ts';
import {recordedRuns} from '../../simulation/recorded.ts';
import type {End} from '../../simulation/sweep.ts';
import type {Plan} from './plans.ts';

/** The newest version of each object that is there at the end of a history. */
const leftBy = (changes: readonly Change[]): ReadonlyArray<{readonly plural: string; readonly object: KubeObject}> => {
	const left = new Map<string, Change>();
	for (const change of changes) {
		const key = `${change.plural}/${change.object.metadata.name}`;
		if (change.type === 'DELETED') left.delete(key);
		else left.set(key, change);
	}

	return [...left].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
};

/** How often the primary was given another template. */
const rolloutsIn = (changes: readonly Change[], primary: string): number => {
	const templates = changes
		.filter(({plural, object}) => plural === 'deployments' && object.metadata.name === primary)
		.map(({object}) => JSON.stringify(templateOf(object)));
	return templates.filter((template, index) => index > 0 && template !== templates[index - 1]).length;
};

const withoutTimes = ({status}: KubeObject): unknown => {
	const {lastTransitionTime: _, conditions, ...rest} = status ?? {};
	const said = (conditions ?? []) as ReadonlyArray<Readonly<Record<string, unknown>>>;
	return {...rest, conditions: said.map(({lastTransitionTime: __, lastUpdateTime: ___, ...facts}) => facts)};
};

const factsOf = (plural: string, object: KubeObject): unknown => {
	if (plural === 'canaries') return withoutTimes(object);
	if (plural === 'controllerrevisions') return object.metadata.annotations;
	if (plural === 'canarycommands') return [object.spec, object.status?.['outcome']];
	const {clusterIP: _, clusterIPs: __, ...spec} = object.spec ?? {};
	return spec;
};

type EventObject = KubeObject & {
	readonly involvedObject: {readonly kind: string};
	readonly message: string;
	readonly count?: number;
};

const eventsIn = (left: ReturnType<typeof leftBy>): ReadonlyMap<string, number> => {
	const said = new Map<string, number>();
	for (const {plural, object} of left) {
		const {involvedObject, message, count = 1} = object as EventObject;
		if (plural === 'events' && involvedObject.kind === 'Canary') said.set(message, (said.get(message) ?? 0) + count);
	}

	return said;
};

/** The end of a run, its namespace's name left out. */
export const endOf = (
	changes: readonly Change[],
	{shape}: Plan,
	namespace: string,
	course: Pick<End, 'writes' | 'wasOverWhenKilled'>,
): End => {
	const left = leftBy(changes);
	const state = left
		.filter(({plural}) => plural !== 'events' && plural !== 'canaryruns')
		.map(({plural, object}) => [plural, object.metadata.name, factsOf(plural, object)]);
	const neutral = (text: string): string => text.replaceAll(namespace, 'NAMESPACE');
	return {
		state: JSON.parse(neutral(JSON.stringify(state))) as unknown,
		records: recordedRuns(left.filter(({plural}) => plural === 'canaryruns').map(({object}) => object)),
		rollouts: rolloutsIn(changes, shape.primary),
		events: new Map([...eventsIn(left)].map(([text, count]) => [neutral(text), count])),
		...course,
	};
};
