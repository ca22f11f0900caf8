// When an event was last seen, whichever of its fields says so.
import {instantOf} from '../services/clock.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';

/** The instant in ms; 0 when the event does not tell. */
export const instantOfEvent = (event: KubeObject): number =>
	[event['lastTimestamp'], event['eventTime'], event.metadata.creationTimestamp]
		.map((time) => instantOf(time))
		.find((instant) => instant > 0) ?? 0;
