// Owns the actors' lives: one custody a Canary, in a registry, so that none can touch another.
import {createActor} from 'xstate';
import type {Actor, SnapshotFrom} from 'xstate';
import type {CanaryModel} from '../../api/model.ts';
import {custodyMachine} from '../../machines/custody.ts';
import {releaseMachine} from '../../machines/release.ts';
import {sleep} from '../../services/clock.ts';
import type {Changed, Following, KubeObject} from '../../services/kubernetes/cluster.ts';
import {logWith} from '../../services/log.ts';
import {aboutOf, liveAsCanary} from '../life/canary.ts';
import type {HostOptions} from '../life/host-options.ts';
import {canaryPorts} from '../life/canary-ports.ts';
import {Gate} from '../life/gate.ts';
import {openCommandDesk} from './command-desk.ts';
import {followCanaries} from './following-canaries.ts';
import {provided} from '../life/provided.ts';
import {keyOf, keyOfModel, keysAt, Rivals} from './rivals.ts';
import {shelterUsers} from '../ports/shelter-users.ts';
import {sayAnotherIsAtWork} from '../ports/standing-back.ts';

export type SupervisorOptions = Omit<HostOptions, 'newest' | 'onVersion' | 'desk'> & {
	/** Undefined watches all namespaces. */
	readonly namespaces: readonly string[] | undefined;
	/** Total: whatever was written becomes a model, with its problems. */
	readonly toModel: (canary: KubeObject) => CanaryModel;
};

export type Supervisor = {
	/** Resolves when every Canary that exists has an actor. */
	readonly ready: Promise<void>;
	/** The registry as of now: Canaries by `namespace/name`. */
	keys(): readonly string[];
	/** Ends all actors; what they had announced is posted first. */
	stop(): Promise<void>;
};

type Ward = {
	readonly custody: Actor<typeof custodyMachine>;
	object: KubeObject;
	/** The watch that shows it. */
	readonly home: Following;
	told: string;
	readonly listeners: Set<(canary: KubeObject) => void>;
};

const FLUSH_MS_MAX = 5000;

/** Why a Canary's custody has nobody who could carry out a command, now and for long. */
const whyUnattended = (custody: SnapshotFrom<typeof custodyMachine>): string | undefined =>
	custody.matches('standingBack')
		? `another operator, ${custody.context.model.otherOperator?.manager ?? ''}, acts on this Canary; stop one of the two`
		: custody.matches('abandoned')
			? `its actor crashed repeatedly (${custody.context.error}); a change of the Canary starts it again`
			: undefined;

export const startSupervisor = (options: SupervisorOptions): Supervisor => {
	const {services, eventRecorder, telemetry, archive, toModel} = options;
	const {clock, log} = services;
	const wards = new Map<string, Ward>();
	const rivals = new Rivals();
	let stopped = false;

	let isReady = false;
	const desk = openCommandDesk({
		...services,
		namespaces: options.namespaces,
		onSeen(command) {
			archive.noteCommand(command);
		},
		whyUnattended({namespace, name}) {
			const ward = wards.get(`${namespace}/${name}`);
			if (ward === undefined) {
				return isReady ? `there is no Canary ${name} in namespace ${namespace}` : undefined;
			}

			return whyUnattended(ward.custody.getSnapshot());
		},
	});
	const host: HostOptions = {
		...options,
		desk,
		newest(model) {
			const object = wards.get(keyOfModel(model))?.object;
			return object?.metadata.uid === model.uid ? object : undefined;
		},
		onVersion(model, listener) {
			const ward = wards.get(keyOfModel(model));
			ward?.listeners.add(listener);
			return () => ward?.listeners.delete(listener);
		},
	};

	const custodyFor = (model: CanaryModel) => {
		const own = {...services, log: logWith(log, () => ({canary: `${model.name}.${model.namespace}`}))};
		const releasePorts = canaryPorts({services: own, gate: new Gate(clock), onSurvey() {}});
		const inspect = options.inspector?.of(`${model.name}.${model.namespace}`);
		return createActor(
			provided(custodyMachine, {
				actors: {
					'live as a canary': liveAsCanary(host),
					'shelter the users': shelterUsers(host),
					'say that another operator is at work': sayAnotherIsAtWork(host),
					'wait until': releasePorts['wait until'],
					release: provided(releaseMachine, {
						actors: {'route traffic': releasePorts['route traffic'], 'wait until': releasePorts['wait until']},
					}),
				},
			}),
			{
				clock,
				input: {model, at: clock.now()},
				...(inspect !== undefined && {inspect}),
			},
		);
	};

	const tell = (key: string): void => {
		const ward = wards.get(key);
		const model = rivals.modelOf(key);
		const told = JSON.stringify({...model, generation: 0});
		if (ward !== undefined && model !== undefined && told !== ward.told) {
			ward.told = told;
			ward.custody.send({type: 'canary changed', model, at: clock.now()});
		}
	};

	const admit = (key: string, object: KubeObject, home: Following): void => {
		const model = rivals.modelOf(key);
		if (model === undefined) {
			return;
		}

		const told = JSON.stringify({...model, generation: 0});
		const ward: Ward = {custody: custodyFor(model), object, home, told, listeners: new Set()};
		wards.set(key, ward);
		ward.custody.subscribe({
			next({value, context}) {
				const state = typeof value === 'string' ? value : (Object.keys(value)[0] ?? '');
				if (wards.get(key) === ward) {
					options.onlookers.custody(key, {state, error: context.error, model: context.model});
				}

				desk.review();
			},
			error(error) {
				const canary = `${model.name}.${model.namespace}`;
				log.error('custody of a canary broke', {canary, error: (error as Error).message});
			},
		});
		ward.custody.start();
		log.info('Canary admitted', {canary: `${model.name}.${model.namespace}`, shape: model.shape});
	};

	const dismiss = (key: string, ward: Ward): void => {
		const {model} = ward.custody.getSnapshot().context;
		wards.delete(key);
		// A Rollout and the Canary that follows it may have one name, and then one set of series.
		const isNamesake = ({metadata}: KubeObject): boolean =>
			metadata.name === model.name && metadata.namespace === model.namespace;
		if (![...wards.values()].some(({object}) => isNamesake(object))) {
			telemetry.forgetCanary(model);
		}

		eventRecorder.forget(aboutOf(model));
		options.onlookers.gone(key);
		log.info('Canary released', {canary: `${model.name}.${model.namespace}`});
		ward.custody.send({type: 'canary deleted', at: clock.now()});
		for (const rival of rivals.forget(key)) {
			tell(rival);
		}
	};

	const observe = (key: string, object: KubeObject, home: Following): void => {
		const ward = wards.get(key);
		if (ward === undefined) {
			admit(key, object, home);
			return;
		}

		if (ward.object.metadata.resourceVersion !== object.metadata.resourceVersion) {
			ward.object = object;
			for (const listener of ward.listeners) {
				listener(object);
			}

			tell(key);
		}
	};

	/**
	 * Takes in what one watch shows, or what of it has changed: who is gone, then who is there. All are known before the
	 * first of them acts.
	 */
	const survey = (home: Following, changed?: Changed): void => {
		if (stopped) {
			return;
		}

		// Of a thousand, one has changed: the others are not looked at.
		const shown = changed ? [...changed].flatMap((place) => home.object(place) ?? []) : home.objects();
		const present = new Map(shown.map((object) => [keyOf(object), object]));
		for (const key of changed ? [...changed].flatMap((place) => keysAt(place)) : wards.keys()) {
			const ward = wards.get(key);
			if (ward?.home === home && present.get(key)?.metadata.uid !== ward.object.metadata.uid) {
				dismiss(key, ward);
			}
		}

		const news = [...present].filter(([key, object]) => wards.get(key)?.object !== object);
		const touched = news.flatMap(([, object]) => [...rivals.note(object, toModel(object))]);
		for (const [key, object] of news) {
			observe(key, object, home);
		}

		for (const rival of touched) {
			tell(rival);
		}
	};

	const followed = followCanaries({...services, namespaces: options.namespaces, onChange: survey});
	const ready = async (): Promise<void> => {
		await followed.ready;
		isReady = true;
		desk.review();
	};

	return {
		ready: ready(),
		keys: () => [...wards.keys()],
		async stop() {
			stopped = true;
			followed.close();
			const models = [...wards.values()].map((ward) => ward.custody.getSnapshot().context.model);
			for (const ward of wards.values()) {
				ward.custody.stop();
			}

			desk.close();

			// Bounded, for the API server may be gone too.
			const flushed = Promise.all([archive.flushed(), ...models.map((model) => eventRecorder.flushed(aboutOf(model)))]);
			await Promise.race([flushed, sleep(clock, FLUSH_MS_MAX)]);
			eventRecorder.close();
			archive.close();
			options.annotations.close();
		},
	};
};
