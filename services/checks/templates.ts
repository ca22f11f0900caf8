// What a metric asks by a MetricTemplate: that of the watch, with the credentials of its Secret as they are now.
import type {CanaryModel, Metric} from '../../api/model.ts';
import type {Clock} from '../clock.ts';
import type {Cluster} from '../kubernetes/cluster.ts';
import {metricTemplates, secrets} from '../kubernetes/resources.ts';
import type {NoAnswer} from '../metrics/metrics.ts';
import {TIMEOUT_MS} from '../metrics/asking.ts';
import {renderQuery} from '../metrics/own-query.ts';
import {sourceOf} from '../metrics/sources/index.ts';
import {lackingKeys, readTemplate, type Template} from '../metrics/template.ts';
import {readReferred, textsIn, Unreadable} from '../objects/referred.ts';
import type {Inquiry} from './inquiry.ts';

/** What a metric with a template asks; what keeps it from being asked, where something does. */
export type TemplateInquiry = (
	model: CanaryModel,
	metric: Metric,
	which: NonNullable<Metric['template']>,
	signal?: AbortSignal,
) => Promise<Inquiry | NoAnswer>;

export type TemplateInquiryOptions = {
	readonly cluster: Pick<Cluster, 'follow' | 'read'>;
	readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
};

const failed = (text: string): NoAnswer => ({kind: 'provider failed', text});

/**
 * The survey of the Canary follows it already, so that this waits for nothing and asks nobody; not for long either where
 * it cannot be watched. Undefined when it is not there, as far as is known.
 */
const templateOf = async (
	{cluster, clock}: TemplateInquiryOptions,
	{namespace, name}: NonNullable<Metric['template']>,
	signal: AbortSignal | undefined,
): Promise<Template | undefined> => {
	const {promise: left, resolve, reject} = Promise.withResolvers<void>();
	const onAbort = (): void => {
		reject(signal?.reason);
	};
	const following = cluster.follow(metricTemplates, namespace, {name}, () => {});
	signal?.addEventListener('abort', onAbort, {once: true});
	const timer = clock.setTimeout(resolve, TIMEOUT_MS);
	try {
		await Promise.race([following.synced, left]);
		const object = following.object(`${namespace}/${name}`);
		return object && readTemplate(object);
	} finally {
		clock.clearTimeout(timer);
		signal?.removeEventListener('abort', onAbort);
		following.close();
	}
};

/** Nothing of a Secret is kept: another key counts from the next round of checks on. */
export const createTemplateInquiry =
	(options: TemplateInquiryOptions): TemplateInquiry =>
	async (model, metric, which, signal) => {
		const {cluster} = options;
		const template = await templateOf(options, which, signal);
		if (template === undefined) return failed(`MetricTemplate ${which.name}.${which.namespace} not found`);
		const {type, query, endpoint, secret} = template;
		const source = sourceOf(type);
		if (source === undefined) return failed(`nobody here speaks ${type}`);
		let credentials: Readonly<Record<string, string>> | undefined;
		if (secret !== undefined) {
			const {namespace, name} = secret;
			try {
				credentials = textsIn(await readReferred(cluster, secrets, namespace, name, signal));
			} catch (error) {
				signal?.throwIfAborted();
				if (!(error instanceof Unreadable)) throw error;
				return failed(error.message);
			}

			const [lacking] = lackingKeys(source, Object.keys(credentials));
			if (lacking !== undefined) return failed(`Secret ${name}.${namespace} has no ${lacking}`);
		}

		const written = source.prepare?.(query) ?? query;
		return {
			source: type,
			endpoint: {
				...endpoint,
				address: endpoint.address || (source.address ?? ''),
				...(credentials !== undefined && {credentials}),
			},
			questionOf: (side) => ({query: renderQuery(written, model, metric, side), factor: 1}),
		};
	};
