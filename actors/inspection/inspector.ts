// What charts and all that they begin do, told to Stately's inspector: in the shapes that @statelyai/inspect 0.7 sends,
// whose receivers (createWebSocketReceiver, createBrowserReceiver) take each message as it is. Off unless asked for.
import type {AnyActorRef, InspectionEvent} from 'xstate';
import type {Clock} from '../../services/clock.ts';
import {startInspectionServer, type InspectionServer} from '../../services/inspection/server.ts';
import type {Log} from '../../services/log.ts';
import {shown} from './shown.ts';

/** Where it listens: an address of the loopback. */
export type InspectionConfig = {readonly address: string; readonly port: number};

export type InspectorOptions = {readonly config: InspectionConfig; readonly clock: Clock; readonly log: Log};

/** XState's `inspect` for the actor of a Canary and all that it begins. */
export type Inspect = (inspection: InspectionEvent) => void;

export type Inspector = {
	/** The page that shows it. */
	readonly url: string;
	/** `canary` is part of the actors' names. */
	of(canary: string): Inspect;
	close(): Promise<void>;
};

/** The version of the shapes; a receiver takes nothing without one. */
const VERSION = '0.7.2';

type Known = {readonly actor: AnyActorRef; readonly rootId: string; readonly canary: string};

const definitions = new WeakMap<object, string>();

/** A chart as it is written, functions by their names; made once a chart. */
const definitionOf = (config: object): string => {
	const known =
		definitions.get(config) ??
		JSON.stringify(config, (_, value: unknown) => (typeof value === 'function' ? {type: value.name} : value));
	definitions.set(config, known);
	return known;
};

const configOf = ({logic}: AnyActorRef & {readonly logic?: {readonly config?: unknown}}): object | undefined =>
	typeof logic?.config === 'object' && logic.config !== null ? logic.config : undefined;

type Status = {readonly status?: string} | undefined;

const isOver = (snapshot: Status): boolean => snapshot?.status !== undefined && snapshot.status !== 'active';

/** So many actors are known before those that are gone are looked for. */
const FEW = 1024;

/** Listens. Rejects when it cannot. */
export const startInspector = async ({config, clock, log}: InspectorOptions): Promise<Inspector> => {
	const actors = new Map<string, Known>();
	let many = FEW;
	/** One that has crashed says nothing any more. */
	const forgetGone = (): void => {
		for (const [id, {actor}] of actors) {
			if (isOver(actor.getSnapshot() as Status)) {
				actors.delete(id);
			}
		}

		many = Math.max(FEW, 2 * actors.size);
	};

	const common = (sessionId: string, rootId: string) => ({
		sessionId,
		rootId,
		createdAt: String(clock.now()),
		id: null,
		_version: VERSION,
	});

	const introduction = ({actor, rootId, canary}: Known): string => {
		const config = configOf(actor);
		// A root is named by its session; the chart's own name says more.
		const own = actor.id === actor.sessionId ? ((config as {id?: string} | undefined)?.id ?? actor.id) : actor.id;
		const name = `${own} of ${canary}`;
		return JSON.stringify({
			type: '@xstate.actor',
			name,
			definition: config === undefined ? JSON.stringify({id: name}) : definitionOf(config),
			parentId: actor._parent?.sessionId,
			// Undefined while the actor is being made: its first snapshot follows.
			snapshot: shown(actor.getSnapshot() as unknown) ?? {status: 'active'},
			...common(actor.sessionId, rootId),
		});
	};

	const server: InspectionServer = await startInspectionServer({
		...config,
		log,
		ids() {
			forgetGone();
			return [...actors.keys()];
		},
		describe(id) {
			const known = actors.get(id);
			return known && introduction(known);
		},
	});

	const tell = (inspection: InspectionEvent, canary: string): void => {
		const {rootId} = inspection;
		const actor = inspection.actorRef as AnyActorRef;
		const {sessionId} = actor;
		if (inspection.type === '@xstate.actor') {
			const known = {actor, rootId, canary};
			actors.set(sessionId, known);
			if (actors.size > many) {
				forgetGone();
			}

			if (server.hasReaders) {
				server.publish(sessionId, introduction(known));
			}
		} else if (inspection.type === '@xstate.event' && server.hasReaders) {
			const event = shown(inspection.event);
			const sourceId = inspection.sourceRef?.sessionId;
			const message = {type: inspection.type, event, sourceId, ...common(sessionId, rootId)};
			server.publish(sessionId, JSON.stringify(message));
		} else if (inspection.type === '@xstate.snapshot') {
			if (isOver(inspection.snapshot)) {
				actors.delete(sessionId);
			}

			if (server.hasReaders) {
				const [event, snapshot] = [shown(inspection.event), shown(inspection.snapshot)];
				const message = {type: inspection.type, event, snapshot, ...common(sessionId, rootId)};
				server.publish(sessionId, JSON.stringify(message));
			}
		}
	};

	return {
		url: server.url,
		of: (canary) => (inspection) => {
			// XState calls this in the actor's own turn: what goes wrong here must not end the actor.
			try {
				tell(inspection, canary);
			} catch (error) {
				log.warn('the inspection missed something', {error: (error as Error).message});
			}
		},
		close: () => server.close(),
	};
};

/** The same, but without a port to listen on there is none, which is said: a release is worth more than a look at it. */
export const startInspectorIfPossible = async (options: InspectorOptions): Promise<Inspector | undefined> => {
	const {log} = options;
	try {
		const inspector = await startInspector(options);
		log.info("Actors can be looked at in Stately's inspector", {page: inspector.url});
		return inspector;
	} catch (error) {
		const {message} = error as Error;
		log.error('the inspection cannot be served; choose another port by --inspect', {error: message});
		return undefined;
	}
};
