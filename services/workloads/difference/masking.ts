// Templates for readers who may not be allowed to read workloads: what looks like a secret is left out of them, and
// that it has changed is kept.
import {isBag} from '../../../api/reading.ts';
import {membersOf} from './members.ts';

export const MASKED = '(masked)';
/** In place of the newer one of two values that are both masked and not the same. */
export const MASKED_ANEW = '(masked, another value)';

const sensitive = new RegExp(
	[
		'passw(?:or)?d|passphrase|passcode|secret|token|credential|authorization|api_?key|connection_?string',
		'(?:^|_)(?:key|pass|pwd|pin|pat|dsn|auth|cookie|salt)(?:_|$)',
	].join('|'),
);

/** Fields of Kubernetes and habits of charts that only say where a secret is, or have the word by chance. */
const harmless = new Set(['secretName', 'key', 'topologyKey', 'tokenExpirationSeconds', 'existingSecret']);
const references = /(?:Ref|^secret|^imagePullSecrets|^serviceAccountToken)$/;

/** Whether what is called so is likely to be a secret. Rather too often than too seldom. */
export const looksSecret = (name: string): boolean =>
	sensitive.test(
		name
			.slice(0, 256)
			.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
			.toLowerCase()
			.replaceAll(/[^a-z\d]+/g, '_'),
	);

// None of these looks at a character more than a few times, whatever the text.
const assigned = /(?<![\w.-])([A-Za-z_-][\w.-]{0,80})=("[^"]*"|'[^']*'|[^\s&]+)/g;
const quoted = /"([\w.-]{1,80})"(\s{0,8}:\s{0,8})"(?:[^"\\]|\\.)*"/g;
const line = /^([ \t]{0,80}[\w.-]{1,80}):[ \t]{1,8}\S.*$/gm;
const privateKey =
	/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$(?![\s\S]))/g;
const scheme = /\b(Bearer|Basic) +[^\s"']+/gi;
const user = /(:\/\/[^\s/:@]{0,256}):[^\s/@]{1,256}@/g;

/** A text without what it says of secrets: in `--password=…`, `{"token": "…"}`, `password: …`, `https://user:…@host`. */
const withoutSecrets = (text: string): string =>
	text
		.replaceAll(privateKey, MASKED)
		.replaceAll(assigned, (all: string, name: string) => (looksSecret(name) ? `${name}=${MASKED}` : all))
		.replaceAll(quoted, (all: string, name: string, colon: string) =>
			looksSecret(name) ? `"${name}"${colon}"${MASKED}"` : all,
		)
		.replaceAll(line, (all: string, name: string) => (looksSecret(name) ? `${name}: ${MASKED}` : all))
		.replaceAll(scheme, `$1 ${MASKED}`)
		.replaceAll(user, `$1:${MASKED}@`);

const maskedScalar = (value: unknown, isSecret: boolean): unknown => {
	if (typeof value === 'boolean' || value === undefined) return value;
	if (isSecret) return MASKED;
	return typeof value === 'string' ? withoutSecrets(value) : value;
};

/** Whether a member is a secret by its own name, by that of what it is in, or by that of the flag before it. */
const isSecretMember = (value: unknown, key: string | number, isWithin: boolean): boolean => {
	if (typeof key === 'number') {
		const former: unknown = Array.isArray(value) ? value[key - 1] : undefined;
		const isFlag = typeof former === 'string' && /^--?[\w.-]+$/.test(former) && looksSecret(former);
		return isWithin || isFlag;
	}

	const bag = isBag(value) ? value : {};
	const isReference = references.test(key) && typeof bag[key] === 'object';
	if (key === 'name' || harmless.has(key) || isReference) return false;
	const name = bag['name'] ?? bag['key'];
	return isWithin || looksSecret(key) || (key === 'value' && typeof name === 'string' && looksSecret(name));
};

type Both = readonly [unknown, unknown];

const keysOf = (value: unknown): ReadonlyArray<string | number> =>
	Array.isArray(value) ? [...value.keys()] : isBag(value) ? Object.keys(value) : [];

const mask = (before: unknown, after: unknown, wasSecret: boolean, isSecret: boolean): Both => {
	const [was, is] = [membersOf(before, after), membersOf(after, before)];
	if ((before !== undefined && was === undefined) || (after !== undefined && is === undefined)) {
		// A text on one side may face a list on the other: each is masked for itself.
		const alone = (value: unknown, members: unknown, secret: boolean): unknown =>
			members === undefined ? maskedScalar(value, secret) : mask(value, undefined, secret, secret)[0];
		const [first, second] = [alone(before, was, wasSecret), alone(after, is, isSecret)];
		const isHidden = before !== after && first === second && typeof second === 'string';
		return [first, isHidden ? second.replaceAll(MASKED, MASKED_ANEW) : second];
	}

	const masked = {before: new Map<string, unknown>(), after: new Map<string, unknown>()};
	const secretAt = (value: unknown, members: typeof was, within: boolean): ReadonlyMap<string, boolean> => {
		const keys = keysOf(value);
		return new Map(
			[...(members?.keys() ?? [])].map((step, index) => [step, isSecretMember(value, keys[index] ?? '', within)]),
		);
	};

	const [formerly, now] = [secretAt(before, was, wasSecret), secretAt(after, is, isSecret)];
	for (const step of new Set([...formerly.keys(), ...now.keys()])) {
		const [first, second] = mask(was?.get(step), is?.get(step), formerly.get(step) === true, now.get(step) === true);
		masked.before.set(step, first);
		masked.after.set(step, second);
	}

	const rebuilt = (value: unknown, members: typeof was, by: ReadonlyMap<string, unknown>): unknown => {
		const values = [...(members?.keys() ?? [])].map((step) => by.get(step));
		if (Array.isArray(value)) return values;
		return value === undefined
			? undefined
			: Object.fromEntries(keysOf(value).map((key, index) => [key, values[index]]));
	};

	return [rebuilt(before, was, masked.before), rebuilt(after, is, masked.after)];
};

/** Two values without what looks like a secret in them; where such a one differs, the second says so. */
export const maskedBoth = (before: unknown, after: unknown): Both => mask(before, after, false, false);
