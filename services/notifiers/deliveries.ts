// Takes notices to those who are to be told: in order for each of them, again and again for an hour, and never in the
// way of anything else.
import type {Alert, Severity} from '../../api/model.ts';
import type {Clock} from '../clock.ts';
import {sleep} from '../clock.ts';
import type {Door} from '../http/door.ts';
import type {Cluster} from '../kubernetes/cluster.ts';
import type {Log} from '../log.ts';
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
const PAUSE_MS_MAX = 300_000;

const ranks: Readonly<Record<Severity, number>> = {info: 0, warn: 1, error: 2};

type Item = Delivery & {
	readonly alert: Alert | undefined;
	readonly settle: (told: boolean) => void;
	readonly reject: (error: unknown) => void;
};

type Line = {readonly waiting: Item[]; isMoving: boolean};

export const createDeliveries = (options: DeliveriesOptions): Deliveries => {
	const {cluster, through, clock, random, log, ownReceiver, onResult = () => {}} = options;
	const lines = new Map<string, Line>();

	/** The type of the receiver as far as it is known, for the count; false: it does not want this notice. */
	const attempt = async ({notice, alert, signal}: Item, learn: (type: string) => void): Promise<boolean> => {
		const receiver = alert === undefined ? ownReceiver : await receiverOf(cluster, alert, signal);
		if (receiver === undefined) {
			return false;
		}

		const notifier = notifierOf(receiver.type);
		if (notifier === undefined) {
			throw new Undelivered(`its AlertProvider's spec.type is ${receiver.type || 'missing'}, which nobody here speaks`);
		}

		learn(receiver.type);
		// A receiver that nothing is due to is looked up all the same: what is wrong with it is said before it matters.
		if (alert !== undefined && notifier.hearsAll !== true && ranks[notice.severity] < ranks[alert.severity]) {
			return false;
		}

		await sendNotice({notifier, notice, receiver, door: through(receiver.proxy), now: () => clock.now(), signal});
		return true;
	};

	const pauseOf = (error: unknown, failures: number): number => {
		const asked = error instanceof Undelivered ? error.retryAfterMs : undefined;
		const pause = Math.min(1000 * 2 ** (failures - 1), PAUSE_MS_MAX);
		return asked ?? pause * (0.75 + random.next() / 2);
	};

	const tell = async (item: Item): Promise<boolean> => {
		const {notice, alert, signal, onTrouble} = item;
		const who = alert === undefined ? 'the daemon’s own provider' : `alert ${alert.name}`;
		const since = clock.monotonic();
		let receiver = 'unknown';
		let said = '';
		for (let failures = 1; ; failures += 1) {
			signal.throwIfAborted();
			try {
				const wasWanted = await attempt(item, (type) => (receiver = type));
				if (wasWanted) {
					onResult({receiver, result: 'sent'});
				}

				return true;
			} catch (error) {
				signal.throwIfAborted();
				const why = error instanceof Undelivered ? error.message : 'an error of ours';
				const isOver = clock.monotonic() - since >= GIVE_UP_MS;
				onResult({receiver, result: isOver ? 'given up' : 'failed'});
				const {message, stack} = error as Error;
				const facts = {key: notice.key, alert: who, attempt: failures, error: message};
				log.warn('a notification was not sent', error instanceof Undelivered ? facts : {...facts, stack});
				const text = `Notification to ${who} failed: ${why}`;
				if (isOver) {
					onTrouble(`${text}; "${notice.text}" is given up`);
					return false;
				}

				if (text !== said) {
					said = text;
					onTrouble(`${text}; it is tried again for an hour`);
				}

				await sleep(clock, pauseOf(error, failures), signal);
			}
		}
	};

	const move = async (key: string, line: Line): Promise<void> => {
		for (let item = line.waiting.shift(); item !== undefined; item = line.waiting.shift()) {
			await tell(item).then(item.settle, item.reject);
		}

		line.isMoving = false;
		lines.delete(key);
	};

	const enqueue = (delivery: Delivery, alert: Alert | undefined): Promise<boolean> =>
		new Promise((settle, reject) => {
			const {canary} = delivery.notice;
			const key = `${canary.namespace}/${canary.name}/${alert?.name ?? ''}`;
			const line = lines.get(key) ?? {waiting: [], isMoving: false};
			lines.set(key, line);
			line.waiting.push({...delivery, alert, settle, reject});
			if (line.waiting.length > WAITING_MAX) {
				const dropped = line.waiting.shift();
				log.warn('too many notifications wait, one was dropped', {key: dropped?.notice.key});
				onResult({receiver: 'unknown', result: 'dropped'});
				dropped?.settle(false);
			}

			if (!line.isMoving) {
				line.isMoving = true;
				void move(key, line);
			}
		});

	return {
		isHeard: (alerts) => alerts.length > 0 || ownReceiver !== undefined,
		async deliver(delivery) {
			const {alerts} = delivery;
			const all = await Promise.all(
				(alerts.length > 0 ? alerts : [undefined]).map((alert) => enqueue(delivery, alert)),
			);
			return all.every(Boolean);
		},
	};
};
