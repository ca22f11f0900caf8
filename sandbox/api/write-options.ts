// How a write is meant, beyond the object itself.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Unknown} from './crd.ts';

export type WriteOptions = {
	readonly by: string;
	readonly subresource?: 'status' | 'scale';
	readonly dryRun?: boolean;
	/** True for a PUT, where a custom resource must carry its version. */
	readonly isReplacement?: boolean;
	/** Hears of unknown fields, which are then dropped; may throw to refuse them. */
	readonly onUnknown?: Unknown;
	/** Notes on an object that is about to be stored who changed what of it. */
	readonly note?: (object: KubeObject, before: KubeObject | undefined) => void;
};

export type RemoveOptions = {
	readonly uid?: string;
	readonly resourceVersion?: string;
	readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
	readonly gracePeriodSeconds?: number;
};
