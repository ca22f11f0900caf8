// What is in two ConfigMaps or Secrets, by key. Of a Secret no value is told, only whether it is another one.
import {isBag} from '../../../api/reading.ts';
import type {KubeObject} from '../../kubernetes/cluster.ts';
import {changesOf, type Change} from './changes.ts';
import type {ConfigKind} from './config-references.ts';
import {MASKED, MASKED_ANEW} from './masking.ts';
import {unifiedDiff} from './unified.ts';

export type ContentDiff = {readonly changes: readonly Change[]; readonly unified: readonly string[]};

type Contents = Readonly<Record<string, unknown>>;

const partOf = (object: KubeObject | undefined, field: string): Contents => {
	const part = object?.[field];
	return isBag(part) ? part : {};
};

/** In place of a value; `former` is what the key had before, where it had something. */
type Stand = (value: unknown, former: unknown) => string;

const stoodFor = (contents: Contents, former: Contents, stand: Stand): Contents =>
	Object.fromEntries(
		Object.entries(contents).map(([key, value]) => [
			key,
			stand(value, Object.hasOwn(former, key) ? former[key] : undefined),
		]),
	);

const masked: Stand = (value, former) => (former === undefined || former === value ? MASKED : MASKED_ANEW);

const sized: Stand = (value, former) => {
	const isOther = former !== undefined && former !== value;
	return `(binary, ${Buffer.byteLength(String(value), 'base64')} bytes${isOther ? ', other ones' : ''})`;
};

const told = (kind: ConfigKind, object: KubeObject | undefined, former: KubeObject | undefined): Contents =>
	kind === 'Secret'
		? stoodFor(partOf(object, 'data'), partOf(former, 'data'), masked)
		: {
				...partOf(object, 'data'),
				...stoodFor(partOf(object, 'binaryData'), partOf(former, 'binaryData'), sized),
			};

/** The difference of two objects of a kind, either of which may be absent. `names` are those of both. */
export const contentDiff = (
	kind: ConfigKind,
	before: KubeObject | undefined,
	after: KubeObject | undefined,
	names: readonly [string, string],
): ContentDiff => {
	const [was, is] = [told(kind, before, undefined), told(kind, after, before)];
	return {changes: changesOf(was, is), unified: unifiedDiff(before && was, after && is, names)};
};
