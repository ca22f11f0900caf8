// What a metric asks, and where: a source a metric, whatever routes the traffic.
import type {CanaryModel, Metric} from '../../api/model.ts';
import type {Question, Questions, Side} from '../metrics/metrics.ts';
import {renderQuery} from '../metrics/own-query.ts';
import type {Endpoint} from '../metrics/source.ts';
import {prometheus} from '../metrics/sources/prometheus.ts';

export type Inquiry = {
	/** The type of the source. */
	readonly source: string;
	readonly endpoint: Endpoint;
	/** What is asked about a side. Throws RangeError where that cannot be written. */
	readonly questionOf: (side: Side) => Question;
};

export type InquiryOptions = {
	/** Of the built-in metrics; undefined where the Canary's provider of routing has none. */
	readonly questions: Questions | undefined;
	/** The daemon's `--metrics-server`, for Canaries that name none. */
	readonly metricsServer: string;
};

const builtIn = (questions: Questions | undefined, model: CanaryModel, metric: Metric, side: Side): Question => {
	if (questions !== undefined) return questions(model, metric, side);
	throw new RangeError(`no metrics are known for provider ${model.provider}`);
};

/** Of a metric that is built in, or has a query of its own: both are asked of Prometheus. */
export const inquiryOf = (model: CanaryModel, metric: Metric, {questions, metricsServer}: InquiryOptions): Inquiry => ({
	source: 'prometheus',
	endpoint: {address: model.metricsServer ?? metricsServer},
	questionOf: (side) =>
		metric.kind === 'query'
			? {query: renderQuery(prometheus.prepare(metric.query ?? ''), model, metric, side), factor: 1}
			: builtIn(questions, model, metric, side),
});
