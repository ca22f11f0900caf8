// The port of custody that is a Canary's actor, and what it takes to be one.
import {fromCallback} from 'xstate';
import type {CanaryModel, Phase} from '../../api/model.ts';
import type {ActorCrashed, CanaryChanged} from '../../machines/custody.ts';
import type {Recalled} from '../../machines/model/context.ts';
import {instantOf} from '../../services/clock.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {canaries} from '../../services/kubernetes/resources.ts';
import {CanaryLife} from './canary-life.ts';
import type {HostOptions} from './host-options.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** What a rebuilt actor is told of its former life. */
export const recalledOf = (canary: KubeObject | undefined): Recalled => {
	const status = canary?.status ?? {};
	return {
		phase: text(status['phase']) as Phase | '',
		canaryWeight: number(status['canaryWeight']),
		iterations: number(status['iterations']),
		failedChecks: number(status['failedChecks']),
		lastAppliedSpec: text(status['lastAppliedSpec']),
		lastPromotedSpec: text(status['lastPromotedSpec']),
		lastTransitionTime: instantOf(status['lastTransitionTime']),
		state: text(status['state']),
		reason: text(status['reason']),
	};
};

/** The kind that the status goes to. */
export const resourceOf = ({origin}: CanaryModel): Resource => origin ?? canaries;

/** The object that events are about. */
export const aboutOf = (model: CanaryModel) => {
	const {name, namespace, uid, origin} = model;
	const {group, version, kind} = resourceOf(model);
	return {apiVersion: `${group}/${version}`, kind, name, namespace, uid, component: origin?.component ?? 'flagger'};
};

/** The port `live as a canary`: runs the chart until it is left. */
export const liveAsCanary = (options: HostOptions) =>
	fromCallback<CanaryChanged, {readonly model: CanaryModel}>(({input: {model}, sendBack, receive}) => {
		const {clock} = options.services;
		const canary = options.newest(model);
		if (canary === undefined) {
			return undefined;
		}

		const life = new CanaryLife({
			...options,
			model,
			about: aboutOf(model),
			resource: resourceOf(model),
			canary,
			recalled: recalledOf(canary),
			onCrash(error) {
				const crash: ActorCrashed = {type: 'actor crashed', error: error.message, at: clock.now()};
				sendBack(crash);
			},
		});
		receive((change) => {
			life.changed(change);
		});
		life.start();
		return () => {
			life.stop();
		};
	});
