// Where CanaryCommands come in: one watch for all, each command handed to the life of its Canary, its answer written
// into its status. A command without a final answer is handed over again after a restart, so that none is lost.
import {commandOf} from '../../api/canary-command.ts';
import type {Command, CommandOutcome} from '../../api/model.ts';
import {timestamp} from '../../services/clock.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import type {Cluster, Following, KubeObject} from '../../services/kubernetes/cluster.ts';
import {canaryCommands} from '../../services/kubernetes/resources.ts';
import type {Retrying} from '../life/retrying.ts';
import {untilDone} from '../life/retrying.ts';

export type CanaryKey = {readonly namespace: string; readonly name: string};

/** Hands a command to a Canary's chart. `wasInForce`: it had been accepted before, perhaps by a former life. */
export type Attendant = (command: Command, wasInForce: boolean) => void;

export type Answer = {readonly outcome: CommandOutcome; readonly message: string; readonly revision: string};

export type CommandDesk = {
	/** From now on this Canary's commands are handed to the attendant: those that wait, then new ones; each once. */
	attend(canary: CanaryKey, attendant: Attendant): () => void;
	/** Writes the answer; retried until it is written or the command is gone. */
	answer(canary: CanaryKey, name: string, answer: Answer): void;
	/** Looks anew at what nobody attends to: Canaries have come, gone, or changed hands. */
	review(): void;
	close(): void;
};

/** For those whom no command names. */
export const noDesk: Pick<CommandDesk, 'attend' | 'answer'> = {attend: () => () => {}, answer() {}};

export type DeskOptions = Retrying & {
	readonly cluster: Cluster;
	/** Undefined watches all namespaces. */
	readonly namespaces: readonly string[] | undefined;
	/** Why nobody will attend to a Canary; undefined when somebody does, or soon will. */
	readonly whyUnattended: (canary: CanaryKey) => string | undefined;
	/** Told of each command that comes in, before it is handed over. */
	readonly onSeen?: (command: KubeObject) => void;
};

const outcomeOf = ({status}: KubeObject): unknown => status?.['outcome'];
const finalOutcomes: ReadonlySet<unknown> = new Set(['Done', 'Refused']);
const isOpen = (object: KubeObject): boolean => !finalOutcomes.has(outcomeOf(object));
const canaryOf = ({metadata, spec}: KubeObject): string => `${metadata.namespace ?? ''}/${String(spec?.['canary'])}`;
const keyOf = ({namespace, name}: CanaryKey): string => `${namespace}/${name}`;

const inOrder = (a: KubeObject, b: KubeObject): number =>
	(a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') ||
	a.metadata.name.localeCompare(b.metadata.name);

/** The desk. Commands of one Canary are handed over in the order in which they were created. */
export const openCommandDesk = (options: DeskOptions): CommandDesk => {
	const {cluster, clock, namespaces, whyUnattended} = options;
	const attendants = new Map<string, Attendant>();
	/** Open commands that an attendant has been given, by uid. */
	const handed = new Map<string, Attendant>();
	/** Final answers under way, by uid: their commands still look open. */
	const answered = new Set<string>();
	const closed = new AbortController();
	const followings: Following[] = [];

	const write = async (object: KubeObject, {outcome, message, revision}: Answer): Promise<void> => {
		const {namespace, name, uid} = object.metadata;
		const status = {outcome, message, ...(revision !== '' && {revision}), answeredAt: timestamp(clock.now())};
		const order = {insist: false, signal: closed.signal};
		await untilDone(options, `answering command ${name}.${namespace ?? ''}`, order, () =>
			cluster.patch(
				canaryCommands,
				namespace,
				name,
				[
					{op: 'test', path: '/metadata/uid', value: uid},
					{op: 'add', path: '/status', value: status},
				],
				{lane: 'status', subresource: 'status', signal: closed.signal},
			),
		);
	};

	/** Answers of one command are written in their order. */
	const writing = new Map<string, Promise<void>>();
	const answerTo = (object: KubeObject, answer: Answer): void => {
		const uid = object.metadata.uid ?? '';
		if (answer.outcome !== 'Accepted') {
			answered.add(uid);
		}

		const next = (writing.get(uid) ?? Promise.resolve())
			.then(() => write(object, answer))
			.catch((error: unknown) => {
				// Deleted, or not ours to write: what it has done stands in the Canary's events.
				if (!closed.signal.aborted && !(error instanceof ApiError && error.code === 404)) {
					options.log.warn('a command could not be answered', {
						command: object.metadata.name,
						error: (error as Error).message,
					});
				}
			})
			.finally(() => {
				if (writing.get(uid) === next) {
					writing.delete(uid);
				}
			});
		writing.set(uid, next);
	};

	const open = (): readonly KubeObject[] =>
		followings
			.flatMap((following) => following.objects())
			.filter((object) => isOpen(object) && !answered.has(object.metadata.uid ?? ''))
			.sort(inOrder);

	const handOver = (object: KubeObject): void => {
		const key = canaryOf(object);
		const attendant = attendants.get(key);
		const uid = object.metadata.uid ?? '';
		const command = commandOf(object);
		if (command === undefined) {
			const message = `spec.verb: ${String(object.spec?.['verb'])} is none of ours`;
			answerTo(object, {outcome: 'Refused', message, revision: ''});
			return;
		}

		if (attendant === undefined) {
			const [namespace = '', name = ''] = key.split('/');
			const why = whyUnattended({namespace, name});
			if (why !== undefined) {
				answerTo(object, {outcome: 'Refused', message: why, revision: ''});
			}

			return;
		}

		if (handed.get(uid) !== attendant) {
			handed.set(uid, attendant);
			attendant(command, outcomeOf(object) === 'Accepted');
		}
	};

	const review = (): void => {
		const present = open();
		const uids = new Set(present.map(({metadata}) => metadata.uid ?? ''));
		for (const uid of answered) {
			const isGone = !followings.some((following) => following.objects().some(({metadata}) => metadata.uid === uid));
			if (isGone && !writing.has(uid)) {
				answered.delete(uid);
			}
		}

		for (const uid of handed.keys()) {
			if (!uids.has(uid)) {
				handed.delete(uid);
			}
		}

		for (const object of present) {
			options.onSeen?.(object);
			handOver(object);
		}
	};

	for (const namespace of namespaces ?? [undefined]) {
		const following: Following = cluster.follow(canaryCommands, namespace, {keep: isOpen}, () => {
			review();
		});
		// Rejects only when closed before.
		following.synced.then(review, () => {});
		followings.push(following);
	}

	return {
		attend(canary, attend) {
			const key = keyOf(canary);
			// Another life of the same Canary is another attendant, and is given everything anew.
			const attendant: Attendant = (command, wasInForce) => {
				attend(command, wasInForce);
			};
			attendants.set(key, attendant);
			review();
			return () => {
				if (attendants.get(key) === attendant) {
					attendants.delete(key);
				}
			};
		},
		answer(canary, name, answer) {
			const object = open().find((one) => one.metadata.name === name && canaryOf(one) === keyOf(canary));
			if (object !== undefined) {
				answerTo(object, answer);
			}
		},
		review,
		close() {
			closed.abort(new Error('the daemon stops'));
			for (const following of followings) {
				following.close();
			}
		},
	};
};
