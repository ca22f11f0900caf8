// All that tells people of releases, as one: who, through which doors, and what is counted.
import type {OuterDoors} from '../http/outer-doors.ts';
import type {Door} from '../http/door.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {createDeliveries, type Deliveries, type DeliveriesOptions} from './deliveries.ts';
import {createEventWebhook, type SaidEvent} from './event-webhook.ts';
import type {Receiver} from './notifier.ts';

/** What the daemon's flags say. */
export type NotificationConfig = {
	/** Who is told of Canaries that have no alerts of their own. */
	readonly notify?: Receiver | undefined;
	/** Who is told of every event. */
	readonly eventWebhook?: string | undefined;
	/** Where the page is, to be linked. */
	readonly uiUrl?: string | undefined;
};

export type Notifications = {
	readonly deliveries: Deliveries;
	readonly uiUrl: string | undefined;
	/** Returns at once, and never throws. */
	readonly tellEvent: (event: SaidEvent) => void;
};

export type NotificationsOptions = Pick<DeliveriesOptions, 'cluster' | 'clock' | 'random' | 'log'> & {
	readonly config: NotificationConfig;
	readonly outer: OuterDoors;
	/** Puts a door behind the fence of leadership. */
	readonly behind: (door: Door) => Door;
	readonly telemetry: Pick<Telemetry, 'notificationSettled'>;
};

export const createNotifications = (options: NotificationsOptions): Notifications => {
	const {config, outer, behind, telemetry, ...services} = options;
	const {eventWebhook: url} = config;
	const through = (proxy: string | undefined): Door => behind(outer.through(proxy));
	return {
		deliveries: createDeliveries({
			...services,
			through,
			ownReceiver: config.notify,
			onResult: (facts) => telemetry.notificationSettled(facts),
		}),
		uiUrl: config.uiUrl,
		tellEvent:
			url === undefined
				? () => {}
				: createEventWebhook({
						...services,
						url,
						door: through(undefined),
						onResult: (result) => telemetry.notificationSettled({receiver: 'event-webhook', result}),
					}),
	};
};
