// The rollout of one marked Deployment: hosts its chart, tells what happens, and what it has come to.
import {startAnnotatedRun, type AnnotatedRun, type Step} from '../../actors/record/annotated-run.ts';
import type {Services} from '../../actors/life/bindings.ts';
import type {CanaryModel, Verdict} from '../../api/model.ts';
import {factsOf, isStill, stateOf} from '../../machines/facts.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import type {Report, Result} from './report.ts';
import {aboutOf, leftOf, planOf, restOf} from './words.ts';

/** What all rollouts of a campaign have in common. */
export type CommonOptions = {
	readonly services: Services;
	/** VirtualServices in the version that is served. */
	readonly resource: Resource;
	/** `once`: until each has come to rest; `watch`: until it is interrupted; `dry`: says what `once` would begin with. */
	readonly mode: 'once' | 'watch' | 'dry';
	/** Whether a revision that has failed before is rolled out once more. */
	readonly isRetrying: boolean;
	readonly report: Report;
};

type OneRolloutOptions = CommonOptions & {
	readonly model: CanaryModel;
	readonly route: KubeObject;
	/** It has come to rest, and that is recorded. */
	readonly onRest: (result: Result) => void;
	/** Something happens again. */
	readonly onMove: () => void;
};

export class OneRollout {
	readonly #options: OneRolloutOptions;
	readonly #run: AnnotatedRun;
	#step: Step | undefined;
	/** Whether this process has done anything for it. */
	#hasWorked = false;
	#isRetried = false;
	/** The canary's weight as last told. */
	#weight = 0;

	constructor(options: OneRolloutOptions) {
		this.#options = options;
		const {services, resource, model, route, mode, report} = options;
		this.#run = startAnnotatedRun({
			services: {...services, runChecks: (checked, signal) => this.#check(checked, signal)},
			model,
			route,
			resource,
			isDry: mode === 'dry',
			say(announcement) {
				if (mode !== 'dry') {
					report.said(aboutOf(model), announcement);
				}
			},
			onStep: (step) => {
				this.#take(step);
			},
			onCrash: (error) => {
				void this.#crashed(error);
			},
		});
	}

	get model(): CanaryModel {
		return this.#options.model;
	}

	/** The uid of its VirtualService. */
	get route(): string {
		return this.#options.route.metadata.uid ?? '';
	}

	isResting(): boolean {
		return this.#step !== undefined && isStill(this.#step.path);
	}

	/** Whether an interruption has to give the traffic back. */
	isUnderWay(): boolean {
		return this.#options.mode !== 'dry' && this.#step !== undefined && !this.isResting();
	}

	/** A newer version of its VirtualService was observed. */
	saw(route: KubeObject): void {
		this.#run.saw(route);
	}

	/** Ends it, its users with the GA where that can take them. */
	async interrupt(): Promise<Result> {
		return leftOf(this.model, await this.#run.interrupt());
	}

	stop(): void {
		this.#run.stop();
	}

	#take(step: Step): void {
		const {mode, report, isRetrying, onRest, onMove} = this.#options;
		this.#step = step;
		const {model, run} = step.context;
		const {course} = factsOf(step.path);
		if (mode === 'dry') {
			onRest(planOf(step));
			return;
		}

		const weight = run.routed.canary;
		if (weight !== this.#weight) {
			this.#weight = weight;
			report.routed({about: aboutOf(model), ga: model.primary.name, canary: model.target.name, weight});
		}

		if (!isStill(step.path)) {
			this.#hasWorked ||= course !== 'mending';
			onMove();
			return;
		}

		if (isRetrying && !this.#hasWorked && !this.#isRetried && course === 'rest' && stateOf(step.path) === 'failed') {
			this.#isRetried = true;
			// Not while the chart is in the midst of a step.
			queueMicrotask(() => this.#run.retry());
			return;
		}

		void this.#rest(step);
	}

	async #rest(step: Step): Promise<void> {
		await Promise.resolve();
		// Rejects only when stopped.
		await this.#run.recorded().catch(() => {});
		if (this.#step === step) {
			this.#options.onRest(restOf(step, this.#hasWorked));
		}
	}

	async #crashed(error: Error): Promise<void> {
		const {text} = await this.interrupt();
		const told = `a fault of this command: ${error.message}; ${text}`;
		this.#options.onRest({about: aboutOf(this.model), outcome: 'failed', text: told});
	}

	async #check(model: CanaryModel, signal: AbortSignal): Promise<Verdict> {
		const {services, report} = this.#options;
		const verdict = await services.runChecks(model, signal);
		if (verdict.outcome === 'passed' && !signal.aborted) {
			report.passed(aboutOf(model), this.#weight, verdict);
		}

		return verdict;
	}
}
