// Which queries each provider of routing has for the built-in metrics; a new one is one file and one line here.
import {istioQuestions} from '../providers/istio/queries.ts';
import {knativeQuestions} from '../providers/knative/queries.ts';
import type {Questions} from './metrics.ts';

const providers: ReadonlyMap<string, Questions> = new Map([
	['istio', istioQuestions],
	['knative', knativeQuestions],
]);

/** The questions of `spec.provider`; undefined when it is not supported. */
export const questionsOf = (provider: string): Questions | undefined => providers.get(provider);
