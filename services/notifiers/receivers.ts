// Where an alert of a Canary goes: its AlertProvider and that one's Secret, read when there is something to say. Nothing
// of either is kept: a corrected address or token counts from the next attempt on.
import type {Alert} from '../../api/model.ts';
import type {Cluster, KubeObject} from '../kubernetes/cluster.ts';
import {alertProviders, secrets} from '../kubernetes/resources.ts';
import {Undelivered, type Receiver} from './notifier.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const decoded = (secret: KubeObject, key: string): string => {
	const data = (secret['data'] ?? {}) as Readonly<Record<string, unknown>>;
	return Buffer.from(text(Object.hasOwn(data, key) ? data[key] : ''), 'base64')
		.toString('utf8')
		.trim();
};

const isAddress = (address: string): boolean => /^https?:\/\//i.test(address) && URL.canParse(address);

/** Of a read that failed people are told what was not read, and no more. */
const readOr = async (
	cluster: Pick<Cluster, 'read'>,
	...[resource, namespace, name, signal]: Parameters<Cluster['read']>
): Promise<KubeObject> => {
	const what = `${resource.kind} ${name}.${namespace ?? ''}`;
	let found: KubeObject | undefined;
	try {
		found = await cluster.read(resource, namespace, name, signal);
	} catch (error) {
		const {code} = error as {readonly code?: unknown};
		throw new Undelivered(`${what} cannot be read${typeof code === 'number' ? ` (${code})` : ''}`, undefined, error);
	}

	if (found === undefined) {
		throw new Undelivered(`${what} not found`);
	}

	return found;
};

/** Rejects with Undelivered, which says what to mend. */
export const receiverOf = async (
	cluster: Pick<Cluster, 'read'>,
	{receiver}: Alert,
	signal: AbortSignal,
): Promise<Receiver> => {
	const {name, namespace} = receiver;
	const {spec = {}} = await readOr(cluster, alertProviders, namespace, name, signal);
	const what = `AlertProvider ${name}.${namespace}`;
	const proxy = text(spec['proxy']);
	const own = {type: text(spec['type']), channel: text(spec['channel']), username: text(spec['username'])};
	if (proxy !== '' && !isAddress(proxy)) {
		throw new Undelivered(`spec.proxy of ${what} is no HTTP address`);
	}

	const through = proxy === '' ? {} : {proxy};
	const secretName = text((spec['secretRef'] as {readonly name?: unknown} | undefined)?.name);
	if (secretName === '') {
		const address = text(spec['address']);
		if (!isAddress(address)) {
			throw new Undelivered(`${what} has neither spec.secretRef nor an HTTP address in spec.address`);
		}

		return {...own, ...through, address};
	}

	const secret = await readOr(cluster, secrets, namespace, secretName, signal);
	const address = decoded(secret, 'address');
	if (!isAddress(address)) {
		throw new Undelivered(`Secret ${secretName}.${namespace} has no HTTP address under the key address`);
	}

	const token = decoded(secret, 'token');
	return {...own, ...through, address, ...(token !== '' && {token})};
};
