// How a Canary is named on the command line.
import {CommandError} from './errors.ts';

export type CanaryName = {readonly name: string; readonly namespace: string | undefined};

const SEGMENT = /^[a-z\d]([a-z\d.-]*[a-z\d])?$/;

/** Reads `NAME` or `NAMESPACE/NAME`. Throws CommandError when it is neither, or contradicts the flag. */
export const nameOf = (text: string, namespace: string | undefined): CanaryName => {
	const parts = text.split('/');
	const [name = '', written] = parts.toReversed();
	if (parts.length > 2 || parts.some((part) => part.length > 253 || !SEGMENT.test(part))) {
		throw new CommandError(`${JSON.stringify(text)} is no Canary’s name`, 'write NAME or NAMESPACE/NAME', {
			exitCode: 2,
		});
	}

	if (written !== undefined && namespace !== undefined && written !== namespace) {
		throw new CommandError(`${text} and --namespace ${namespace} name two namespaces`, 'leave one of them out', {
			exitCode: 2,
		});
	}

	return {name, namespace: written ?? namespace};
};
