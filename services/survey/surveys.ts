// Opens the survey that fits a Canary: by what routes it, and by what is released.
import type {CanaryModel, World} from '../../api/model.ts';
import type {Clock} from '../clock.ts';
import type {Cluster} from '../kubernetes/cluster.ts';
import {routerOf} from '../providers/index.ts';
import {workloadsOf} from '../workloads/index.ts';
import {LOOK_AGAIN_MS, openSurvey} from './open-survey.ts';
import type {Survey} from './open-survey.ts';

export type OpenSurvey = (model: CanaryModel, onWorld: (world: World) => void) => Survey;

export type SurveysOptions = {
	readonly cluster: Cluster;
	readonly clock: Clock;
	/** How many times faster than written durations pass. */
	readonly speed: number;
};

/** A Canary whose provider or target kind is not supported refers to nothing that could be observed. */
const nothing = (at: number): World => ({at, primaryRunsTarget: false, scalers: [], problems: []});

export const createSurveys =
	({cluster, clock, speed}: SurveysOptions): OpenSurvey =>
	(model, onWorld) => {
		const workloads = workloadsOf(model.target);
		const router = routerOf(model.provider);
		if (workloads !== undefined && router !== undefined) {
			return openSurvey({cluster, clock, model, onWorld, workloads, router, lookAgainMs: LOOK_AGAIN_MS / speed});
		}

		const timer = clock.setTimeout(() => {
			onWorld(nothing(clock.now()));
		}, 0);
		return {
			setRunning() {},
			setAwaited() {},
			close() {
				clock.clearTimeout(timer);
			},
		};
	};
