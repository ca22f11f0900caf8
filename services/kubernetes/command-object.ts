// CanaryCommands as they are given, whoever gives them: the command line, the page, a scenario.
import type {Random} from '../random.ts';
import {canaryCommands} from './resources.ts';

export type AskedCommand = {
	readonly canary: string;
	readonly verb: string;
	readonly weight?: number | undefined;
	readonly revision?: string | undefined;
	readonly reason: string;
	readonly requestedBy: string;
};

/** Those of Kubernetes' own generated names: no vowels, so that no words come out. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX = 5;
const NAME_MAX = 253;

/** A name of its own, known before it is created: `podinfo-pause-x7k2p`. */
export const commandName = ({canary, verb}: Pick<AskedCommand, 'canary' | 'verb'>, random: Random): string => {
	const suffix = Array.from({length: SUFFIX}, () => LETTERS[Math.floor(random.next() * LETTERS.length)]).join('');
	return `${canary.slice(0, NAME_MAX - verb.length - SUFFIX - 2)}-${verb}-${suffix}`;
};

/** The object; what is undefined of what is asked is left out. */
export const commandObject = <Metadata extends object>(
	metadata: Metadata,
	{canary, verb, weight, revision, reason, requestedBy}: AskedCommand,
) => ({
	apiVersion: `${canaryCommands.group}/${canaryCommands.version}`,
	kind: canaryCommands.kind,
	metadata,
	spec: {
		canary,
		verb,
		...(weight !== undefined && {weight}),
		...(revision !== undefined && {revision}),
		reason,
		requestedBy,
	},
});
