// Which records there are, and which of them go: by count for each Canary, by age for all of a namespace. What is there
// is listed once, when the first run since the daemon's start has ended; from then on it is known from our own writes.
import {RUN_OF, runLabels, runOf} from '../../api/canary-run.ts';
import type {RunIdentity, RunOutcome} from '../../api/canary-run.ts';
import {instantOf} from '../../services/clock.ts';
import type {Clock} from '../../services/clock.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import type {Cluster, KubeObject, ObjectMeta, Resource} from '../../services/kubernetes/cluster.ts';
import type {Lister} from '../../services/kubernetes/lister.ts';
import {canaryCommands, canaryRuns} from '../../services/kubernetes/resources.ts';
import type {Log} from '../../services/log.ts';

/** How many records are kept a Canary, and for how long, in ms. */
export type RunHistory = {readonly count: number; readonly ageMs: number};

export type ShelfOptions = {
	readonly cluster: Cluster;
	readonly lister: Lister;
	readonly clock: Clock;
	readonly log: Log;
	readonly history: RunHistory;
	readonly signal: AbortSignal;
	/** Whether a record is still written by somebody here. */
	readonly isOpen: (namespace: string, name: string) => boolean;
};

type Entry = {
	readonly name: string;
	readonly uid: string;
	readonly of: string;
	readonly began: number;
	readonly created: number;
};
type Abandoned = Entry & {readonly version: string};
type Order = {readonly name: string; readonly uid: string; readonly canary: string; readonly created: number};

type Shelf = {
	readonly records: Map<string, Entry>;
	/** Records without an outcome that a former daemon has left. */
	readonly abandoned: Map<string, Abandoned>;
	/** Undefined until a record goes. */
	commands: Map<string, Order> | undefined;
};

/** The instant at the end of a record's name; else when it was created. */
const beganOf = ({name, creationTimestamp}: ObjectMeta): number => {
	const [, year, month, day, hour, minute, second] = /-(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)z$/.exec(name) ?? [];
	return instantOf(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) || instantOf(creationTimestamp) || 0;
};

const entryOf = (metadata: ObjectMeta): Entry => ({
	name: metadata.name,
	uid: metadata.uid ?? '',
	of: metadata.annotations?.[RUN_OF] ?? '',
	began: beganOf(metadata),
	created: instantOf(metadata.creationTimestamp),
});

const orderOf = ({metadata, spec}: KubeObject): Order => ({
	name: metadata.name,
	uid: metadata.uid ?? '',
	canary: String(spec?.['canary']),
	created: instantOf(metadata.creationTimestamp),
});

const isOver = ({status}: KubeObject): boolean => ['Done', 'Refused'].includes(String(status?.['outcome']));

export class RunShelf {
	readonly #options: ShelfOptions;
	readonly #shelves = new Map<string, Promise<Shelf>>();

	constructor(options: ShelfOptions) {
		this.#options = options;
	}

	/** A record was created or found. */
	noteRecord({metadata}: KubeObject): void {
		void this.#whenKnown(metadata.namespace, ({records, abandoned}) => {
			records.set(metadata.name, entryOf(metadata));
			abandoned.delete(metadata.name);
		});
	}

	/** A record was written whose run goes on without us; unless another life of it goes on with the record, it is closed. */
	noteLeft({metadata}: KubeObject): void {
		void this.#whenKnown(metadata.namespace, ({records, abandoned}) => {
			records.set(metadata.name, entryOf(metadata));
			abandoned.set(metadata.name, {...entryOf(metadata), version: metadata.resourceVersion ?? ''});
		});
	}

	/** A command came in; it is kept until the record of its run goes. */
	noteCommand(command: KubeObject): void {
		void this.#whenKnown(command.metadata.namespace, ({commands}) => {
			commands?.set(command.metadata.name, orderOf(command));
		});
	}

	/** A run has ended, and its record is written: others may go. Rejects with ApiError. */
	async tidy(namespace: string, identity: RunIdentity): Promise<void> {
		const shelf = await this.#shelfOf(namespace);
		await this.#closeAbandoned(namespace, shelf, runOf(identity));
		const leaving = this.#leaving(namespace, shelf, runOf(identity));
		for (const {name, uid} of leaving) {
			await this.#remove(canaryRuns, namespace, name, uid);
			shelf.records.delete(name);
			shelf.abandoned.delete(name);
		}

		if (leaving.length > 0) {
			await this.#tidyCommands(namespace, shelf, new Set(leaving.map(({of}) => of)));
		}
	}

	/** What nobody has listed yet will be found by the list. */
	async #whenKnown(namespace = '', note: (shelf: Shelf) => void): Promise<void> {
		const shelf = await this.#shelves.get(namespace)?.catch(() => undefined);
		if (shelf !== undefined) {
			note(shelf);
		}
	}

	#shelfOf(namespace: string): Promise<Shelf> {
		let shelf = this.#shelves.get(namespace);
		if (shelf === undefined) {
			shelf = this.#look(namespace);
			this.#shelves.set(namespace, shelf);
			// Another end of a run looks again.
			shelf.catch(() => this.#shelves.delete(namespace));
		}

		return shelf;
	}

	async #look(namespace: string): Promise<Shelf> {
		const {lister, signal, isOpen} = this.#options;
		const found = await lister.metadata(canaryRuns, namespace, signal);
		const abandoned = found
			.filter(({name, labels}) => labels?.[runLabels.outcome] === undefined && !isOpen(namespace, name))
			.map((metadata) => ({...entryOf(metadata), version: metadata.resourceVersion ?? ''}));
		return {
			records: new Map(found.map((metadata) => [metadata.name, entryOf(metadata)])),
			abandoned: new Map(abandoned.map((entry) => [entry.name, entry])),
			commands: undefined,
		};
	}

	#leaving(namespace: string, {records}: Shelf, of: string): readonly Entry[] {
		const {clock, history, isOpen} = this.#options;
		const oldest = clock.now() - history.ageMs;
		const own = [...records.values()]
			.filter((entry) => entry.of === of)
			.toSorted((a, b) => b.began - a.began || b.created - a.created);
		const supernumerary = new Set(own.slice(history.count));
		return [...records.values()].filter(
			(entry) => (supernumerary.has(entry) || entry.began < oldest) && !isOpen(namespace, entry.name),
		);
	}

	/** A run of this Canary has ended, so whatever has no outcome is of a run that nobody saw end. */
	async #closeAbandoned(namespace: string, {abandoned}: Shelf, of: string): Promise<void> {
		const {cluster, signal} = this.#options;
		const outcome: RunOutcome = 'interrupted';
		for (const {name, uid, version} of [...abandoned.values()].filter(
			(entry) => entry.of === of && !this.#options.isOpen(namespace, entry.name),
		)) {
			const operations = [
				{op: 'test', path: '/metadata/uid', value: uid},
				{op: 'test', path: '/metadata/resourceVersion', value: version},
				{op: 'add', path: `/metadata/labels/${runLabels.outcome.replace('/', '~1')}`, value: outcome},
				{op: 'add', path: '/status/outcome', value: outcome},
				{op: 'add', path: '/status/reason', value: 'it ended while no daemon was there to see how'},
			] as const;
			abandoned.delete(name);
			try {
				await cluster.patch(canaryRuns, namespace, name, operations, {lane: 'report', signal});
			} catch (error) {
				// Somebody changed or deleted it meanwhile: then it is theirs.
				if (!(error instanceof ApiError) || ![404, 409, 422].includes(error.code)) {
					throw error;
				}
			}
		}
	}

	/** Commands given before the oldest run that is still recorded. */
	async #tidyCommands(namespace: string, shelf: Shelf, owners: ReadonlySet<string>): Promise<void> {
		const {lister, clock, history, signal} = this.#options;
		if (shelf.commands === undefined) {
			const commands = new Map<string, Order>();
			shelf.commands = commands;
			try {
				for (const command of await lister.objects(canaryCommands, namespace, signal)) {
					if (isOver(command)) {
						commands.set(command.metadata.name, orderOf(command));
					}
				}
			} catch (error) {
				shelf.commands = undefined;
				throw error;
			}
		}

		for (const of of owners) {
			const kept = [...shelf.records.values()].filter((entry) => entry.of === of).map(({began}) => began);
			const before = kept.length === 0 ? clock.now() - history.ageMs : Math.min(...kept);
			const leaving = [...shelf.commands.values()].filter(
				({canary, created}) => of === `Canary/${canary}` && created < before,
			);
			for (const {name, uid} of leaving) {
				await this.#remove(canaryCommands, namespace, name, uid);
				shelf.commands.delete(name);
			}
		}
	}

	/** Gone already, or another of its name: both are well. */
	async #remove(resource: Resource, namespace: string, name: string, uid: string): Promise<void> {
		const {cluster, signal} = this.#options;
		try {
			await cluster.remove(resource, namespace, name, uid, {lane: 'report', signal});
		} catch (error) {
			if (!(error instanceof ApiError) || error.code !== 409) {
				throw error;
			}
		}
	}
}
