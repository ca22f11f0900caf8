// Owns the actors' lives: one custody a Canary, in a registry, so that none can touch another.
import {createActor} from 'xstate';
import type {Actor} from 'xstate';
import type {CanaryModel, Problem} from '../api/model.ts';
import {custodyMachine} from '../machines/supervisor.ts';
import {releaseMachine} from '../machines/release.ts';
import type {Following, KubeObject} from '../services/kubernetes/cluster.ts';
import {canaries} from '../services/kubernetes/resources.ts';
import {aboutOf, liveAsCanary} from './canary.ts';
import type {HostOptions} from './canary.ts';
import {canaryPorts} from './canary-ports.ts';
import {Gate} from './gate.ts';
import {shelterUsers} from './shelter-users.ts';

export type SupervisorOptions = Omit<HostOptions, 'newest' | 'onVersion'> & {
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
	told: string;
	readonly listeners: Set<(canary: KubeObject) => void>;
};

const keyOf = ({metadata}: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
const isOlder = (one: KubeObject, other: KubeObject): boolean => {
	const [a, b] = [one.metadata.creationTimestamp ?? '', other.metadata.creationTimestamp ?? ''];
	return a === b ? keyOf(one) < keyOf(other) : a < b;
};

/** Two Canaries with one target: the older acts, the newer is told. */
const contested = (model: CanaryModel, rival: KubeObject): Problem => {
	const field = model.shape === 'managed' ? 'spec.targetRef.name' : 'spec.canary.name';
	const older = `${rival.metadata.name}.${rival.metadata.namespace ?? ''}`;
	return {
		field,
		value: model.target.name,
		text: `${field}: ${model.target.name} is the target of the older Canary ${older} too`,
		remedy: 'Delete one of the two Canaries or give them different targets',
	};
};

export const startSupervisor = (options: SupervisorOptions): Supervisor => {
	const {services, announcer, telemetry, toModel} = options;
	const {clock, log, cluster} = services;
	const wards = new Map<string, Ward>();
	const targets = new Map<string, Set<string>>();
	let stopped = false;

	const host: HostOptions = {
		...options,
		newest: ({namespace, name, uid}) => {
			const object = wards.get(`${namespace}/${name}`)?.object;
			return object?.metadata.uid === uid ? object : undefined;
		},
		onVersion({namespace, name}, listener) {
			const ward = wards.get(`${namespace}/${name}`);
			ward?.listeners.add(listener);
			return () => ward?.listeners.delete(listener);
		},
	};

	const custodyFor = (model: CanaryModel) => {
		const releasePorts = canaryPorts({services, gate: new Gate(clock), onSurvey() {}});
		return createActor(
			custodyMachine.provide({
				actors: {
					'live as a canary': liveAsCanary(host),
					'shelter the users': shelterUsers(host),
					'wait until': releasePorts['wait until'],
					release: releaseMachine.provide({
						actors: {'route traffic': releasePorts['route traffic'], 'wait until': releasePorts['wait until']},
					}),
				},
			}),
			{
				clock,
				input: {model, at: clock.now()},
				inspect(inspection) {
					if (inspection.type === '@xstate.event' && inspection.event.type === 'actor crashed') {
						telemetry.actorRestarted();
					}
				},
			},
		);
	};

	const modelOf = (object: KubeObject): CanaryModel => {
		const model = toModel(object);
		const rival = [...(targets.get(targetKey(model)) ?? [])]
			.map((key) => wards.get(key)?.object)
			.find((other) => other !== undefined && keyOf(other) !== keyOf(object) && isOlder(other, object));
		return rival === undefined ? model : {...model, problems: [contested(model, rival), ...model.problems]};
	};

	const tell = (key: string): void => {
		const ward = wards.get(key);
		if (ward === undefined) {
			return;
		}

		const model = modelOf(ward.object);
		const told = JSON.stringify({...model, generation: 0});
		if (told !== ward.told) {
			ward.told = told;
			ward.custody.send({type: 'canary changed', model, at: clock.now()});
		}
	};

	const rivalsOf = (object: KubeObject): readonly string[] => [...(targets.get(targetKey(toModel(object))) ?? [])];

	const admit = (object: KubeObject): void => {
		const key = keyOf(object);
		const model = toModel(object);
		index(targets, targetKey(model), key);
		const admitted = modelOf(object);
		const ward: Ward = {
			custody: custodyFor(admitted),
			object,
			told: JSON.stringify({...admitted, generation: 0}),
			listeners: new Set(),
		};
		wards.set(key, ward);
		ward.custody.subscribe({
			error(error) {
				log.error('custody of a canary broke', {canary: key, error: (error as Error).message});
			},
		});
		ward.custody.start();
		log.info('Canary admitted', {canary: `${model.name}.${model.namespace}`, shape: model.shape});
	};

	const dismiss = (key: string, ward: Ward): void => {
		wards.delete(key);
		for (const keys of targets.values()) {
			keys.delete(key);
		}

		const {name, namespace = ''} = ward.object.metadata;
		telemetry.forgetCanary({name, namespace});
		announcer.forget(aboutOf(toModel(ward.object)));
		log.info('Canary released', {canary: `${name}.${namespace}`});
		ward.custody.send({type: 'canary deleted', at: clock.now()});
		for (const rival of rivalsOf(ward.object)) {
			tell(rival);
		}
	};

	const observe = (object: KubeObject): void => {
		const key = keyOf(object);
		const ward = wards.get(key);
		if (ward !== undefined && ward.object.metadata.uid !== object.metadata.uid) {
			dismiss(key, ward);
		}

		const present = wards.get(key);
		if (present === undefined) {
			admit(object);
			return;
		}

		if (present.object.metadata.resourceVersion === object.metadata.resourceVersion) {
			return;
		}

		const former = targetKey(toModel(present.object));
		present.object = object;
		for (const listener of present.listeners) {
			listener(object);
		}

		const target = targetKey(toModel(object));
		if (former !== target) {
			targets.get(former)?.delete(key);
			index(targets, target, key);
			for (const rival of targets.get(former) ?? []) {
				tell(rival);
			}
		}

		tell(key);
	};

	const followings: Following[] = [];
	const survey = (): void => {
		if (
			stopped ||
			followings.some((following) => !following.isFresh() && following.objects().length === 0 && wards.size > 0)
		) {
			return;
		}

		const present = followings.flatMap((following) => following.objects());
		const keys = new Set(present.map((object) => keyOf(object)));
		for (const [key, ward] of wards) {
			if (!keys.has(key)) {
				dismiss(key, ward);
			}
		}

		for (const object of present) {
			observe(object);
		}
	};

	for (const namespace of options.namespaces ?? [undefined]) {
		followings.push(cluster.follow(canaries, namespace, {keep: () => true}, survey));
	}

	return {
		ready: Promise.all(followings.map((following) => following.synced)).then(survey),
		keys: () => [...wards.keys()],
		async stop() {
			stopped = true;
			for (const following of followings) {
				following.close();
			}

			const models = [...wards.values()].map((ward) => ward.custody.getSnapshot().context.model);
			for (const ward of wards.values()) {
				ward.custody.stop();
			}

			await Promise.all(models.map((model) => announcer.flushed(aboutOf(model))));
			announcer.close();
		},
	};
};

const targetKey = ({namespace, target}: CanaryModel): string => `${namespace}/${target.kind}/${target.name}`;

const index = (map: Map<string, Set<string>>, key: string, value: string): void => {
	const set = map.get(key) ?? new Set();
	set.add(value);
	map.set(key, set);
};
