// The MetricTemplates that a Canary's metrics refer to, and the Secrets that these name: what is wrong with them.
import type {CanaryModel, Problem} from '../../api/model.ts';
import {templateProblems, templatesOf} from '../metrics/template-problems.ts';
import type {Clock} from '../clock.ts';
import type {Cluster} from '../kubernetes/cluster.ts';
import {metricTemplates} from '../kubernetes/resources.ts';
import {readTemplate} from '../metrics/template.ts';
import type {Followings} from './followings.ts';
import {createNamedSecrets} from './named-secrets.ts';

export type FollowedTemplates = {
	/** Takes in what has changed; false while something is not known yet. */
	look(): boolean;
	/** As of the last look. */
	problems(): readonly Problem[];
	/** Reads the Secrets again. */
	lookAgain(): void;
	close(): void;
};

export type FollowedTemplatesOptions = {
	readonly cluster: Cluster;
	readonly clock: Clock;
	readonly model: CanaryModel;
	readonly followings: Followings;
	/** How soon Secrets that lack something are read again. */
	readonly againMs: number;
	readonly onChange: () => void;
};

/** How long the world waits for a template. After that the operator may not watch it, as where its role is an old one. */
const OVERDUE_MS = 10_000;

const PREFIX = 'template/';

/** Under which keys templates are followed. */
export const isTemplateKey = (key: string): boolean => key.startsWith(PREFIX);

export const followTemplates = (options: FollowedTemplatesOptions): FollowedTemplates => {
	const {model, clock, followings, onChange} = options;
	const referred = templatesOf(model).map((ref) => ({ref, key: `${PREFIX}${ref.namespace}/${ref.name}`}));
	for (const {key, ref} of referred) followings.follow(key, metricTemplates, {name: ref.name}, ref.namespace);
	const named = createNamedSecrets(options);
	let problems: readonly Problem[] = [];
	let isOverdue = false;
	const onTime = (): void => {
		isOverdue = true;
		onChange();
	};
	const timer = referred.length > 0 ? clock.setTimeout(onTime, OVERDUE_MS) : undefined;
	const isKnown = (wanted: string): boolean => followings.areSynced((key) => key === wanted);
	return {
		look() {
			if (referred.length === 0) return true;
			if (!isOverdue && !followings.areSynced(isTemplateKey)) return false;
			const templates = referred.flatMap(({key}) => followings.objects(key));
			const unknown = referred.flatMap(({key, ref}) => (isKnown(key) ? [] : [ref]));
			named.name(templates.flatMap((template) => readTemplate(template).secret ?? []));
			problems = templateProblems(model, {templates, unknown, secretOf: (name) => named.seen(name)});
			named.setAmiss(problems.length > 0);
			return named.areKnown();
		},
		problems: () => problems,
		lookAgain: () => named.lookAgain(),
		close() {
			clock.clearTimeout(timer);
			named.close();
		},
	};
};
