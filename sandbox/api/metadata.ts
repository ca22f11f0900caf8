// What the server keeps in `metadata`, and what it lets others say there.
import {timestamp} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Random} from '../../services/random.ts';
import {invalid, invalidValue, otherUid, required, stale, type FieldError} from './errors.ts';
import {isEqual, type Json} from './json.ts';
import type {Kind} from './kinds.ts';

const annotationBytesMax = 262_144;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;

const subdomainRule =
	"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
	"and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
	String.raw`'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const labelRule =
	"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
	"an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is " +
	"'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/** A version 4 uid from the store's own chance, so that a seeded run repeats it. */
export const newUid = (random: Random): string => {
	const digits = Array.from({length: 32}, () => Math.floor(random.next() * 16));
	digits[12] = 4;
	digits[16] = 8 + ((digits[16] ?? 0) % 4);
	const hex = digits.map((digit) => digit.toString(16)).join('');
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

// The real server's alphabet for generated names: no vowels, so that no words arise.
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters for `generateName`. */
export const nameSuffix = (random: Random): string =>
	Array.from({length: 5}, () => nameAlphabet[Math.floor(random.next() * nameAlphabet.length)]).join('');

const checkName = (kind: Kind, name: string): readonly FieldError[] => {
	const {plural} = kind.key;
	if (plural === 'namespaces' || plural === 'services') {
		const isFine = label.test(name) && name.length <= 63;
		return isFine ? [] : [invalidValue('metadata.name', name, labelRule)];
	}

	return subdomain.test(name) && name.length <= 253 ? [] : [invalidValue('metadata.name', name, subdomainRule)];
};

const checkOwners = ({metadata: {ownerReferences = []}}: KubeObject): readonly FieldError[] => {
	const [first, second] = ownerReferences.filter(({controller}) => controller === true);
	if (first === undefined || second === undefined) return [];
	const both = `${first.kind}/${first.name} and ${second.kind}/${second.name}`;
	const why = `Only one reference can have Controller set to true. Found "true" in references for ${both}`;
	return [invalidValue('metadata.ownerReferences', ownerReferences, why)];
};

/** Nothing new may hold what is being deleted. */
const checkFinalizers = (object: KubeObject, before: KubeObject | undefined): readonly FieldError[] => {
	if (before?.metadata.deletionTimestamp === undefined) return [];
	const known = before.metadata.finalizers ?? [];
	const further = (object.metadata.finalizers ?? []).filter((one) => !known.includes(one));
	if (further.length === 0) return [];
	const found = `[]string{${further.map((one) => JSON.stringify(one)).join(', ')}}`;
	const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${found}`;
	return [{field: 'metadata.finalizers', reason: 'FieldValueForbidden', message: `Forbidden: ${why}`}];
};

/** What is wrong with an object's metadata, whatever its kind. */
export const checkMetadata = (kind: Kind, object: KubeObject, before?: KubeObject): readonly FieldError[] => {
	const {name, annotations = {}} = object.metadata;
	const size = Object.entries(annotations).reduce(
		(sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
		0,
	);
	const errors: FieldError[] = [...checkOwners(object), ...checkFinalizers(object, before)];
	if (name === '') errors.push(required('metadata.name', 'name or generateName is required'));
	else errors.push(...checkName(kind, name));
	if (size > annotationBytesMax) {
		errors.push({
			field: 'metadata.annotations',
			reason: 'FieldValueTooLong',
			message: `Too long: may not be more than ${annotationBytesMax} bytes`,
		});
	}

	return errors;
};

const isEmpty = (value: unknown): boolean =>
	value === null || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** Drops what a client cannot set, and the empty maps and lists that Go would omit. */
export const cleanMetadata = (object: KubeObject, namespaced: boolean): void => {
	const metadata: Json = object.metadata;
	delete metadata['selfLink'];
	if (!namespaced) delete metadata['namespace'];
	for (const field of ['labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields']) {
		if (isEmpty(metadata[field] ?? null)) delete metadata[field];
	}
};

/** Notes who wrote a custom resource's status, and when: operators tell each other apart by it. */
export const noteStatusWriter = (object: KubeObject, manager: string, nowMs: number): void => {
	const fields = object.metadata['managedFields'];
	const entries = Array.isArray(fields) ? (fields as readonly Json[]) : [];
	const others = entries.filter((entry) => entry['manager'] !== manager || entry['subresource'] !== 'status');
	const {apiVersion} = object;
	const entry = {manager, operation: 'Update', apiVersion, time: timestamp(nowMs), subresource: 'status'};
	(object.metadata as Json)['managedFields'] = [...others, entry];
};

/** Refuses a write whose resourceVersion or uid is not that of the stored object. */
export const checkPrecondition = (kind: Kind, object: KubeObject, before: KubeObject): void => {
	const {name, resourceVersion, uid} = object.metadata;
	const known = before.metadata;
	if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== known.resourceVersion) {
		throw stale(kind.key, name);
	}

	if (uid !== undefined && uid !== '' && uid !== known.uid) throw otherUid(kind.key, name, uid, known.uid ?? '');
};

/** A PUT of a custom resource must say which version it replaces; built-in kinds need not. */
export const requireVersion = (kind: Kind, object: KubeObject): void => {
	if (!kind.isCustom || (object.metadata.resourceVersion ?? '') !== '') return;
	throw invalid(kind.key, kind.key.plural, object.metadata.name, [
		invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
	]);
};

/** Carries over to `object` what an update cannot change. */
export const keepIdentity = (object: KubeObject, before: KubeObject): void => {
	const {metadata} = object;
	const known = before.metadata;
	for (const field of ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation']) {
		if (known[field] === undefined) delete (metadata as Json)[field];
		else (metadata as Json)[field] = known[field];
	}

	if (known.resourceVersion !== undefined) metadata.resourceVersion = known.resourceVersion;
};

/** True when anything besides metadata and status differs. */
export const isSpecChanged = (object: KubeObject, before: KubeObject): boolean => {
	const without = ({metadata: _metadata, status: _status, ...rest}: KubeObject): Json => rest;
	return !isEqual(without(object), without(before));
};
