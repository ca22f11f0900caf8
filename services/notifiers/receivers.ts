// Where an alert of a Canary goes: its AlertProvider and that one's Secret, read when there is something to say. Nothing
// of either is kept: a corrected address or token counts from the next attempt on.
import type {Alert} from '../../api/model.ts';
import type {Cluster, KubeObject} from '../kubernetes/cluster.ts';
import {alertProviders, secrets} from '../kubernetes/resources.ts';
import {readReferred, textsIn, Unreadable} from '../objects/referred.ts';
import {Undelivered, type Receiver} from './notifier.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const isAddress = (address: string): boolean => /^https?:\/\//i.test(address) && URL.canParse(address);

/** Of a read that failed people are told what was not read, and no more. */
const readOr = async (...which: Parameters<typeof readReferred>): Promise<KubeObject> => {
	try {
		return await readReferred(...which);
	} catch (error) {
		if (!(error instanceof Unreadable)) throw error;
		throw new Undelivered(error.message, undefined, error.cause);
	}
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

	const {address = '', token} = textsIn(await readOr(cluster, secrets, namespace, secretName, signal));
	if (!isAddress(address)) {
		throw new Undelivered(`Secret ${secretName}.${namespace} has no HTTP address under the key address`);
	}

	return {...own, ...through, address, ...(token !== undefined && {token})};
};
