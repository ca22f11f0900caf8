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

export const followTemplates = (options: FollowedTemplatesOptions): FollowedTemplates => {
	const {model, followings} = options;
	const referred = templatesOf(model).map((template) => ({...template, key: templateKey(template)}));
	for (const {key, name, namespace} of referred) followings.follow(key, metricTemplates, {name}, namespace);
	const named = createNamedSecrets(options);
	let problems: readonly Problem[] = [];
	return {
		look() {
			if (referred.length === 0) return true;
			const templates = referred.flatMap(({key}) => followings.objects(key));
			named.name(templates.flatMap((template) => readTemplate(template).secret ?? []));
			problems = templateProblems(model, {templates, secretOf: (name) => named.seen(name)});
			named.setAmiss(problems.length > 0);
			return named.areKnown();
		},
		problems: () => problems,
		lookAgain: () => named.lookAgain(),
		close: () => named.close(),
	};
};

const templateKey = ({namespace, name}: {readonly namespace: string; readonly name: string}): string =>
	`template/${namespace}/${name}`;
