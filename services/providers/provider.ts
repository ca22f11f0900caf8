// What a room of this folder has to tell: how it is named, what it can do and may touch, how it routes, what it measures.
import type {ProviderFacts} from '../../api/providers.ts';
import type {Questions} from '../metrics/metrics.ts';
import type {Router} from './router.ts';

/** One rule of a ClusterRole, and in a sentence or two why it is needed. */
export type Permission = {
	readonly why: string;
	readonly group: string;
	readonly resources: readonly string[];
	readonly verbs: ReadonlyArray<'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete'>;
};

/** An API that it speaks, beside Kubernetes' own. */
export type Api = {readonly group: string; readonly versions: readonly string[]};

/** A provider: all that the rest of the daemon, the command line and the manifests know of it. */
export type Provider = ProviderFacts & {
	/** As people call it: `Istio`. */
	readonly title: string;
	/** A paragraph for `docs/routers.md`: what it routes by, and what is to be known of it. */
	readonly about: string;
	/** What is installed with it; none where Kubernetes is enough. */
	readonly apis: readonly Api[];
	/** What the operator may do only for it. */
	readonly permissions: readonly Permission[];
	/**
	 * Which manifest below `artifacts/` grants that: `operator/rbac.yaml` is what every operator may do, any other is
	 * written by `npm run generate` and applied where it is wanted. Absent where there is nothing to grant.
	 */
	readonly grantedIn?: string;
	/** Speaks the dialect that a model's `provider` names. */
	readonly router: Router;
	/** The built-in metrics; absent where it has none. */
	readonly questions?: Questions;
};
