// Events about a Lease, as client-go posts them: reason LeaderElection, about the Lease, in its namespace.
import type {Clock} from '../clock.ts';
import {sleep} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import {createEventRecorder, type About} from '../telemetry/event-recorder.ts';
import type {Cluster, KubeObject} from '../kubernetes/cluster.ts';

/** A process that was told to stop does not wait long for what nobody needs. */
const FLUSH_MS_MAX = 1000;

export type LeaseEvents = {
	say(lease: KubeObject, text: string): void;
	/** Waits a moment for what was said last to be posted. */
	close(): Promise<void>;
};

export const createLeaseEvents = (options: {
	readonly cluster: Pick<Cluster, 'create' | 'patch'>;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
}): LeaseEvents => {
	const eventRecorder = createEventRecorder(options);
	let about: About | undefined;
	return {
		say({metadata: {name, namespace = '', uid = ''}}, message) {
			about = {apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name, namespace, uid, component: 'aviary'};
			eventRecorder.record(about, {type: 'Normal', reason: 'LeaderElection', message});
		},
		async close() {
			const patience = new AbortController();
			const flushed = about === undefined ? Promise.resolve() : eventRecorder.flushed(about);
			await Promise.race([flushed, sleep(options.clock, FLUSH_MS_MAX, patience.signal).catch(() => {})]);
			patience.abort();
			eventRecorder.close();
		},
	};
};
