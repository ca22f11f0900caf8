// Takes notices to those who are to be told: in order for each of them, again and again for an hour, and never in the
// way of anything else.
import type {Alert, Severity} from '../../api/model.ts';
import {backOffMs} from '../back-off.ts';
import type {Clock} from '../clock.ts';
import type {Door} from '../http/door.ts';
import type {Cluster} from '../kubernetes/cluster.ts';
import type {Log} from '../log.ts';
import {createOutbox} from '../outbox.ts';
import type {Random} from '../random.ts';
import {notifierOf} from './index.ts';
import {sendNotice} from './send-notice.ts';
import {Undelivered, type Notice, type Receiver} from './notifier.ts';
import {receiverOf} from './receivers.ts';

/** Told; not yet, and tried again; not told within an hour; or not even tried, for too many waited. */
export type DeliveryResult = 'sent' | 'failed' | 'given up' | 'dropped';

export type Delivery = {
	readonly notice: Notice;
	/** Of the Canary; none: the daemon's own receiver. */
	readonly alerts: readonly Alert[];
	/** Ends it, with the life of the Canary's actor. */
	readonly signal: AbortSignal;
	/** Called with what people should know: that somebody could not be told. */
	readonly onTrouble: (text: string) => void;
};

export type Deliveries = {
	/** Whether anybody is told of a Canary with these alerts. */
	isHeard(alerts: readonly Alert[]): boolean;
	/** Resolves with whether everybody was told; rejects only when its signal ends it. */
	deliver(delivery: Delivery): Promise<boolean>;
};

export type DeliveriesOptions = {
	readonly cluster: Pick<Cluster, 'read'>;
	/** The door to receivers, through a proxy or straight. */
	readonly through: (proxy: string | undefined) => Door;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** Hears of Canaries without alerts of their own. */
	readonly ownReceiver?: Receiver | undefined;
	readonly onResult?: (facts: {readonly receiver: string; readonly result: DeliveryResult}) => void;
};

const WAITING_MAX = 16;
const GIVE_UP_MS = 3_600_000;
const PAUSES = {baseMs: 2000, capMs: 300_000, patienceMs: GIVE_UP_MS};

const ranks: Readonly<Record<Severity, number>> = {info: 0, warn: 1, error: 2};

type Item = Delivery & {
	readonly alert: Alert | undefined;
	/** When it was first tried, by the monotonic clock. */
	since: number;
	/** The type of its receiver, as far as it is known. */
	receiver: string;
	/** The last trouble that people were told of. */
	said: string;
};

/** Answers whether its receiver wants this notice. */
const attempt = async (
	{cluster, through, clock, ownReceiver}: DeliveriesOptions,
	item: Item,
	signal: AbortSignal,
): Promise<boolean> => {
	const {notice, alert} = item;
	const receiver = alert === undefined ? ownReceiver : await receiverOf(cluster, alert, signal);
	if (receiver === undefined) {
		return false;
	}

	const notifier = notifierOf(receiver.type);
	if (notifier === undefined) {
		throw new Undelivered(`its AlertProvider's spec.type is ${receiver.type || 'missing'}, which nobody here speaks`);
	}

	item.receiver = receiver.type;
	// A receiver that nothing is due to is looked up all the same: what is wrong with it is said before it matters.
	if (alert !== undefined && notifier.hearsAll !== true && ranks[notice.severity] < ranks[alert.severity]) {
		return false;
	}

	await sendNotice({notifier, notice, receiver, door: through(receiver.proxy), now: () => clock.now(), signal});
	return true;
};

export const createDeliveries = (options: DeliveriesOptions): Deliveries => {
	const {clock, random, log, ownReceiver, onResult = () => {}} = options;
	const outbox = createOutbox<Item>({
		clock,
		waitingMax: WAITING_MAX,
		async send(item, count, signal) {
			item.since = count === 1 ? clock.monotonic() : item.since;
			const wasWanted = await attempt(options, item, signal);
			if (wasWanted) {
				onResult({receiver: item.receiver, result: 'sent'});
			}
		},
		onFailure(item, error, count) {
			const {notice, alert, onTrouble, receiver} = item;
			const who = alert === undefined ? 'the daemon’s own provider' : `alert ${alert.name}`;
			const why = error instanceof Undelivered ? error.message : 'an error of ours';
			const isOver = clock.monotonic() - item.since >= GIVE_UP_MS;
			onResult({receiver, result: isOver ? 'given up' : 'failed'});
			const {message, stack} = error as Error;
			const facts = {key: notice.key, alert: who, attempt: count, error: message};
			log.warn('a notification was not sent', error instanceof Undelivered ? facts : {...facts, stack});
			const text = `Notification to ${who} failed: ${why}`;
			if (isOver) {
				onTrouble(`${text}; "${notice.text}" is given up`);
				return undefined;
			}

			if (text !== item.said) {
				item.said = text;
				onTrouble(`${text}; it is tried again for an hour`);
			}

			const askedMs = error instanceof Undelivered ? error.retryAfterMs : undefined;
			return backOffMs({...PAUSES, random}, count - 1, askedMs);
		},
		onDropped({notice}) {
			log.warn('too many notifications wait, one was dropped', {key: notice.key});
			onResult({receiver: 'unknown', result: 'dropped'});
		},
	});

	/** Whether it was told. Rejects when its signal ends it. */
	const tell = async (delivery: Delivery, alert: Alert | undefined): Promise<boolean> => {
		const {notice, signal} = delivery;
		const key = `${notice.canary.namespace}/${notice.canary.name}/${alert?.name ?? ''}`;
		const item: Item = {...delivery, alert, since: 0, receiver: 'unknown', said: ''};
		const outcome = await outbox.put(key, item, signal);
		if (outcome === 'ended') {
			throw signal.reason as Error;
		}

		return outcome === 'sent';
	};

	return {
		isHeard: (alerts) => alerts.length > 0 || ownReceiver !== undefined,
		async deliver(delivery) {
			const {alerts} = delivery;
			const all = await Promise.all((alerts.length > 0 ? alerts : [undefined]).map((alert) => tell(delivery, alert)));
			return all.every(Boolean);
		},
	};
};
