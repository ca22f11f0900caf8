// The rollouts of one namespace: follows its Deployments and VirtualServices, and looks after each that is marked. A
// rollout under way is never left for a change of its marks: it ends, or is interrupted.
import type {Following, KubeObject} from '../../services/kubernetes/cluster.ts';
import {deployments} from '../../services/kubernetes/resources.ts';
import {OneRollout, type CommonOptions} from './one-rollout.ts';
import type {Result} from './report.ts';
import {isOfInterest, MARK, scan, type Found, type Settings} from './scan.ts';
import {aboutOf, problemText} from './words.ts';

export type CampaignOptions = CommonOptions & {
	readonly namespace: string;
	readonly settings: Settings;
};

export type Campaign = {
	/** Resolves when all that were marked at the start have their result; never in mode `watch`. */
	readonly ended: Promise<readonly Result[]>;
	/** Whether any rollout has begun and is not at rest. */
	isUnderWay(): boolean;
	/** Ends every rollout without a result, its users with the GA where that can take them; answers and reports where they are. */
	interrupt(): Promise<readonly Result[]>;
	stop(): void;
};

class Rollouts implements Campaign {
	readonly ended: Promise<readonly Result[]>;
	readonly #options: CampaignOptions;
	readonly #end: (results: readonly Result[]) => void;
	/** By the name of the GA, as all that follows. */
	readonly #rollouts = new Map<string, OneRollout>();
	readonly #results = new Map<string, Result>();
	/** What was last said of each, so that it is said once; of the namespace under the empty name. */
	readonly #said = new Map<string, string>();
	readonly #deployments: Following;
	readonly #routes: Following;
	/** Marked when all was known first. */
	#expected: readonly string[] | undefined;
	#isPending = false;
	#isOver = false;

	constructor(options: CampaignOptions) {
		this.#options = options;
		const {promise, resolve} = Promise.withResolvers<readonly Result[]>();
		this.ended = promise;
		this.#end = resolve;
		const {services, namespace, resource} = options;
		const onChange = (): void => {
			this.#lookSoon();
		};
		this.#deployments = services.cluster.follow(deployments, namespace, {keep: isOfInterest}, onChange);
		this.#routes = services.cluster.follow(resource, namespace, {keep: () => true}, onChange);
		// Rejects only when stopped before.
		this.#begin().catch(() => {});
	}

	isUnderWay(): boolean {
		return this.#unended().some((one) => one.isUnderWay());
	}

	async interrupt(): Promise<readonly Result[]> {
		this.#isOver = true;
		const results = await Promise.all(this.#unended().map((one) => one.interrupt()));
		for (const result of results) {
			this.#options.report.ended(result);
		}

		this.stop();
		return results;
	}

	stop(): void {
		this.#isOver = true;
		for (const one of this.#rollouts.values()) {
			one.stop();
		}

		this.#deployments.close();
		this.#routes.close();
	}

	#unended(): readonly OneRollout[] {
		return [...this.#rollouts].flatMap(([name, one]) => (this.#results.has(name) ? [] : [one]));
	}

	async #begin(): Promise<void> {
		await Promise.all([this.#deployments.synced, this.#routes.synced]);
		this.#expected = this.#scan().map(({name}) => name);
		this.#look();
	}

	#scan(): readonly Found[] {
		const seen = {deployments: this.#deployments.objects(), routes: this.#routes.objects()};
		return scan(seen, this.#options.settings);
	}

	#lookSoon(): void {
		if (!this.#isPending && this.#expected !== undefined) {
			this.#isPending = true;
			queueMicrotask(() => {
				this.#isPending = false;
				this.#look();
			});
		}
	}

	#look(): void {
		if (this.#isOver) {
			return;
		}

		const marked = this.#scan();
		this.#tellIfNone(marked);
		for (const found of marked) {
			this.#take(found);
		}

		for (const [name, one] of this.#rollouts) {
			const version = this.#routes.objects().find(({metadata}) => metadata.uid === one.route);
			if (version !== undefined) {
				one.saw(version);
			}

			if (!marked.some((found) => found.name === name && found.model !== undefined) && this.#mayLeave(one)) {
				this.#leave(name, one);
			}
		}

		this.#endIfDone();
	}

	#tellIfNone(marked: readonly Found[]): void {
		const {namespace, report} = this.#options;
		if (marked.length > 0 || this.#rollouts.size > 0) {
			this.#said.delete('');
		} else if (!this.#said.has('')) {
			this.#said.set('', namespace);
			report.noted(`no Deployment in ${namespace} is marked for rollout by the annotation ${MARK}: "true"`);
		}
	}

	/** A marked Deployment: its rollout begins, or what is missing is said. */
	#take(found: Found): void {
		const {model, route, problem, name} = found;
		const present = this.#rollouts.get(name);
		if (present !== undefined && !this.#mayLeave(present)) {
			return;
		}

		if (problem !== undefined) {
			this.#settle(name, {about: aboutOf(found), outcome: 'blocked', text: problemText(problem)});
		}

		if (model === undefined || route === undefined || this.#results.has(name)) {
			return;
		}

		if (present === undefined || present.route !== route.metadata.uid || present.model.uid !== model.uid) {
			present?.stop();
			this.#start(name, model, route);
		}
	}

	#start(name: string, model: NonNullable<Found['model']>, route: KubeObject): void {
		const {report} = this.#options;
		const {target, primary} = model;
		report.noted(
			`marked for rollout: ${primary.name} is GA, ${target.name} the canary, VirtualService ${route.metadata.name} routes to both`,
			aboutOf(model),
		);
		const one = new OneRollout({
			...this.#options,
			model,
			route,
			onRest: (result) => {
				this.#settle(name, result);
			},
			onMove: () => {
				this.#said.delete(name);
			},
		});
		this.#rollouts.set(name, one);
	}

	/** A result: the end of this Deployment, or in mode `watch` the present state, said when it differs. */
	#settle(name: string, result: Result): void {
		const {mode, report} = this.#options;
		if (this.#said.get(name) === result.text || this.#results.has(name) || this.#isOver) {
			return;
		}

		report.ended(result);
		this.#said.set(name, result.text);
		const one = this.#rollouts.get(name);
		if (mode === 'watch') {
			const awaited = result.outcome === 'blocked' ? 'this to be mended' : `a new revision of ${name}-canary`;
			report.noted(`waiting for ${awaited}`, result.about);
			return;
		}

		one?.stop();
		this.#results.set(name, result);
		this.#endIfDone();
	}

	/** It rests, or nothing routes to it any more. */
	#mayLeave(one: OneRollout): boolean {
		return one.isResting() || !this.#routes.objects().some(({metadata}) => metadata.uid === one.route);
	}

	/** What is not marked any more, or not whole. */
	#leave(name: string, one: OneRollout): void {
		const {mode, report} = this.#options;
		one.stop();
		this.#rollouts.delete(name);
		if (mode === 'watch') {
			report.noted('no longer looked after: not marked, or not whole', aboutOf(one.model));
		}
	}

	#endIfDone(): void {
		const isDone = this.#expected?.every((name) => this.#results.has(name)) ?? false;
		if (this.#options.mode !== 'watch' && isDone) {
			this.#isOver = true;
			this.#end([...this.#results.values()]);
		}
	}
}

/** Starts to look after a namespace. */
export const startCampaign = (options: CampaignOptions): Campaign => new Rollouts(options);
