// What one survey follows, under names of its own.
import type {Cluster, Following, KubeObject, Resource, Wanted} from '../kubernetes/cluster.ts';

type Kind = {readonly resource: Resource; readonly wanted: Wanted; readonly namespace: string};

/** Followings under names, each object found by its name; the whole is synced when each is. */
export class Followings {
	readonly #cluster: Cluster;
	readonly #namespace: string;
	readonly #onChange: (key: string) => void;
	readonly #open = new Map<string, Following>();
	readonly #kinds = new Map<string, Kind>();
	readonly #synced = new Set<Following>();

	constructor(cluster: Cluster, namespace: string, onChange: (key: string) => void) {
		this.#cluster = cluster;
		this.#namespace = namespace;
		this.#onChange = onChange;
	}

	/** In the Canary's namespace unless another is named. */
	follow(key: string, resource: Resource, wanted: Wanted, namespace = this.#namespace): void {
		if (this.#open.has(key)) return;
		const following = this.#cluster.follow(resource, namespace, wanted, () => {
			this.#onChange(key);
		});
		this.#open.set(key, following);
		this.#kinds.set(key, {resource, wanted, namespace});
		const onSynced = (): void => {
			if (this.#open.get(key) !== following) return;
			this.#synced.add(following);
			this.#onChange(key);
		};
		// Rejects only when closed, by us.
		following.synced.then(onSynced, () => {});
	}

	drop(key: string): void {
		const following = this.#open.get(key);
		this.#open.delete(key);
		if (following === undefined) return;
		this.#synced.delete(following);
		following.close();
	}

	dropAll(): void {
		for (const key of this.#open.keys()) this.drop(key);
	}

	objects(key: string): readonly KubeObject[] {
		return this.#open.get(key)?.objects() ?? [];
	}

	/** Looks again at what is known under these keys by its name, there or not. Never rejects. */
	async lookAgain(isMeant: (key: string) => boolean, signal: AbortSignal): Promise<void> {
		const looks = [...this.#open].flatMap(([key, following]) => {
			const kind = this.#kinds.get(key);
			if (kind === undefined || !isMeant(key)) return [];
			const {resource, wanted, namespace} = kind;
			const names = 'name' in wanted ? [wanted.name] : following.objects().map(({metadata}) => metadata.name);
			return names.map((name) => this.#cluster.lookAgain(resource, namespace, name, signal));
		});
		// What cannot be read now is looked at again in a while.
		await Promise.allSettled(looks);
	}

	/** Whether all are known, but for those that nobody waits for. */
	areSynced(isAwaited: (key: string) => boolean): boolean {
		return [...this.#open].every(([key, following]) => !isAwaited(key) || this.#synced.has(following));
	}
}
