// Which changes of a history somebody asked for, as against what controllers report.
import {canonicalJson} from '../../api/canonical.ts';
import type {Change} from './harness.ts';

/** What of an object somebody asked for: not what controllers report of it, nor in what order a list or a watch tells it. */
const askedOf = ({type, object}: Change): string => {
	const {status: _, metadata, ...rest} = object;
	return canonicalJson([type === 'DELETED', metadata.labels, metadata.annotations, rest]);
};

const isAboutOthers = ({plural, object}: Change): boolean =>
	plural === 'events' && (object['involvedObject'] as {kind?: string} | undefined)?.kind !== 'Canary';

/** What was written since the first `known` changes: the names of objects that somebody asked to be otherwise. */
export const writtenSince = (changes: readonly Change[], known: number): readonly string[] => {
	const last = new Map<string, string>();
	return changes.flatMap((change, index) => {
		const key = `${change.plural}/${change.object.metadata.name}`;
		const asked = askedOf(change);
		const isWritten = last.get(key) !== asked;
		last.set(key, asked);
		return index >= known && isWritten && !isAboutOthers(change) ? [key] : [];
	});
};
