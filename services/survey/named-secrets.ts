// The Secrets that a Canary's templates name: read one by one, for they are never watched. Only their keys are kept.
import type {SecretSeen} from '../metrics/template-problems.ts';
import type {Clock} from '../clock.ts';
import type {Cluster} from '../kubernetes/cluster.ts';
import {secrets} from '../kubernetes/resources.ts';
import type {SecretName} from '../metrics/template.ts';
import {readReferred, textsIn, Unreadable} from '../objects/referred.ts';

export type NamedSecrets = {
	/** Those that are named now: what is not known of them is read, the others are forgotten. */
	name(names: readonly SecretName[]): void;
	/** Undefined while it is not known. */
	seen(name: SecretName): SecretSeen | undefined;
	areKnown(): boolean;
	/** Something is wrong with them: they are read again in a while. */
	setAmiss(isAmiss: boolean): void;
	/** Reads all of them again. */
	lookAgain(): void;
	close(): void;
};

export type NamedSecretsOptions = {
	readonly cluster: Pick<Cluster, 'read'>;
	readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
	readonly againMs: number;
	/** Something else is known than before. */
	readonly onChange: () => void;
};

const keyOf = ({namespace, name}: SecretName): string => `${namespace}/${name}`;

export const createNamedSecrets = ({cluster, clock, againMs, onChange}: NamedSecretsOptions): NamedSecrets => {
	const named = new Map<string, SecretName>();
	const known = new Map<string, SecretSeen>();
	const life = new AbortController();
	let timer: unknown;

	const seenOf = async ({namespace, name}: SecretName): Promise<SecretSeen> => {
		try {
			const secret = await readReferred(cluster, secrets, namespace, name, life.signal);
			return {kind: 'read', keys: Object.keys(textsIn(secret)).sort()};
		} catch (error) {
			if (!(error instanceof Unreadable)) throw error;
			return {kind: 'unreadable', why: error.message};
		}
	};

	const read = async (which: SecretName): Promise<void> => {
		const found = await seenOf(which);
		const key = keyOf(which);
		if (life.signal.aborted || !named.has(key)) return;
		known.set(key, found);
		onChange();
	};

	const readAll = (): void => {
		// Each failure but those that are known is a bug of ours, and none keeps the survey from the rest.
		for (const which of named.values()) void read(which);
	};

	return {
		name(names) {
			const wanted = new Map(names.map((one) => [keyOf(one), one]));
			for (const key of named.keys()) {
				if (wanted.has(key)) continue;
				named.delete(key);
				known.delete(key);
			}

			for (const [key, one] of wanted) {
				if (named.has(key)) continue;
				named.set(key, one);
				void read(one);
			}
		},
		seen: (one) => known.get(keyOf(one)),
		areKnown: () => [...named.keys()].every((key) => known.has(key)),
		setAmiss(isAmiss) {
			if (!isAmiss) {
				clock.clearTimeout(timer);
				timer = undefined;
			} else {
				timer ??= clock.setTimeout(() => {
					timer = undefined;
					readAll();
				}, againMs);
			}
		},
		lookAgain: readAll,
		close() {
			life.abort(new Error('the survey is closed'));
			clock.clearTimeout(timer);
		},
	};
};
