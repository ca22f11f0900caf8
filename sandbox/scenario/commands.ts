// What a scenario's timeline asks of a Canary: a CanaryCommand, as `aviary pause` and the like give it.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {commandObject} from '../../services/kubernetes/command-object.ts';
import {canaries, canaryCommands, pathOf} from '../../services/kubernetes/resources.ts';
import type {Hands} from './hands.ts';
import type {Steering} from './format.ts';
import {keyOf, type Key} from './read.ts';

const BY = 'scenario';
const REASON = 'the scenario asks for it';

/** Gives the command for the revision that the status shows now. Rejects with the API server's message. */
export const give = async (hands: Hands, {canary, verb, weight, reason = REASON}: Steering, first?: Key) => {
	const {namespace, name} = canary === undefined ? (first ?? {namespace: '', name: ''}) : keyOf(canary);
	const current = (await hands.send('GET', pathOf(canaries, namespace, name), 'application/json')) as KubeObject;
	const revision = current.status?.['canaryRevision'];
	const isBound = typeof revision === 'string' && revision !== '';
	const asked = {canary: name, verb, weight, ...(isBound && {revision}), reason, requestedBy: BY};
	const command = commandObject({generateName: `${name}-${verb}-`, namespace}, asked);
	await hands.send('POST', `${pathOf(canaryCommands, namespace)}?fieldManager=${BY}`, 'application/json', command);
};

/** A command in words. */
export const commandText = ({canary, verb, weight, reason = REASON}: Steering): string => {
	const about = [verb, ...(weight === undefined ? [] : [`${weight}`]), ...(canary === undefined ? [] : [canary])];
	return `asked: ${about.join(' ')} (${reason})`;
};
