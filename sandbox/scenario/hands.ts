// Whose hands a scenario's timeline needs.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

/** Who changes a cluster through its API, embedded or real: at once in the one, some time later in the other. */
export type Hands = {
	/** Creates objects as kubectl would, existing ones are left. Throws or rejects with the server's message. */
	apply(objects: readonly KubeObject[]): void | Promise<void>;
	/** Sends one request; the same holds for its failure. */
	send(method: string, path: string, contentType: string, body?: unknown): unknown;
};
