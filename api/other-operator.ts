// Who else writes the status of a Canary: another operator, which may not have been stopped yet.
import {at, isBag} from './reading.ts';

const OURS = 'aviary';

/** People who mend a status by hand are no operator. */
const isOperator = (manager: string): boolean => manager !== OURS && !manager.startsWith('kubectl');

/**
 * The last one that wrote the status, by the API server's own record (`metadata.managedFields`); undefined when nobody
 * but us has. The time has whole seconds, of the API server's clock.
 */
export const otherOperatorOf = (object: unknown): {readonly manager: string; readonly at: number} | undefined => {
	const fields = at(object, 'metadata', 'managedFields');
	let last: {manager: string; at: number} | undefined;
	for (const field of Array.isArray(fields) ? (fields as readonly unknown[]) : []) {
		if (!isBag(field) || field['subresource'] !== 'status') {
			continue;
		}

		const {manager, time} = field;
		const instant = typeof time === 'string' ? Date.parse(time) : Number.NaN;
		const isNewer = instant > (last?.at ?? -Infinity);
		if (typeof manager === 'string' && isOperator(manager) && isNewer) {
			last = {manager, at: instant};
		}
	}

	return last;
};
