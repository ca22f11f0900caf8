// One trace a run, by the OpenTelemetry API alone: without an SDK in the process all of this does nothing.
import {context, SpanKind, SpanStatusCode, trace} from '@opentelemetry/api';
import type {Attributes, HrTime, Span} from '@opentelemetry/api';
import type {Clock} from '../clock.ts';

export type RunFacts = {
	readonly name: string;
	readonly namespace: string;
	readonly target: string;
	/** As in the log. */
	readonly run: string;
	readonly revision: string;
};

/** Facts as attributes, by short names: `weight` becomes `aviary.weight`. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** What may be said of a piece of work under way. */
export type Work = {
	note(facts: Facts): void;
	/** Something that happened in it. */
	add(event: string, facts?: Facts): void;
};

export type RunTrace = {
	/** The chart entered a state: the former one's span ends. */
	entered(state: string, facts: Facts): void;
	said(type: 'Normal' | 'Warning', message: string): void;
	/** Runs `task` as a child of the present state's span; what it throws passes through, and marks the span. */
	within<Result>(name: string, facts: Facts, task: (work: Work) => Promise<Result>): Promise<Result>;
	ended(outcome: 'promoted' | 'failed' | 'superseded' | 'interrupted', reason: string): void;
};

export type Tracing = {
	begin(facts: RunFacts): RunTrace;
	/** Runs `task` as a child of the work that it is part of; outside of any it is not traced. */
	query<Answer extends {readonly kind: string}>(
		provider: string,
		query: string,
		task: () => Promise<Answer>,
	): Promise<Answer>;
};

/** Seconds and nanoseconds: a plain number is ambiguous to SDKs when the clock is not the machine's. */
const timeOf = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1_000_000)];

const attributesOf = (facts: Facts): Attributes =>
	Object.fromEntries(Object.entries(facts).map(([key, value]) => [`aviary.${key}`, value]));

const fail = (span: Span, message: string): void => {
	span.setStatus({code: SpanStatusCode.ERROR, message});
};

/** Traces by whatever SDK is registered when a span begins. */
export const createTracing = (clock: Clock, version: string): Tracing => {
	const tracer = trace.getTracer('aviary', version);
	const now = (): HrTime => timeOf(clock.now());

	const working = async <Result>(span: Span, task: (work: Work) => Promise<Result>): Promise<Result> => {
		const work: Work = {
			note(facts) {
				span.setAttributes(attributesOf(facts));
			},
			add(event, facts = {}) {
				span.addEvent(event, attributesOf(facts), now());
			},
		};
		try {
			return await context.with(trace.setSpan(context.active(), span), () => task(work));
		} catch (error) {
			span.recordException(error as Error, now());
			fail(span, error instanceof Error ? error.message : String(error));
			throw error;
		} finally {
			span.end(now());
		}
	};

	const begin = ({name, namespace, target, run, revision}: RunFacts): RunTrace => {
		const attributes = {
			...attributesOf({run, revision, target}),
			'aviary.canary': `${name}.${namespace}`,
			'k8s.namespace.name': namespace,
		};
		const root = tracer.startSpan('run', {root: true, attributes, startTime: now()});
		const under = (parent: Span, span: string, facts: Facts, kind = SpanKind.INTERNAL): Span =>
			tracer.startSpan(
				span,
				{kind, attributes: attributesOf(facts), startTime: now()},
				trace.setSpan(context.active(), parent),
			);
		let state: Span | undefined;
		return {
			entered(path, facts) {
				state?.end(now());
				state = under(root, path, facts);
			},
			said(type, message) {
				(state ?? root).addEvent(message, {'aviary.type': type}, now());
			},
			within: (span, facts, task) => working(under(state ?? root, span, facts, SpanKind.CLIENT), task),
			ended(outcome, reason) {
				state?.end(now());
				root.setAttributes(attributesOf({outcome, ...(reason !== '' && {reason})}));
				if (outcome === 'failed') {
					fail(root, reason);
				}

				root.end(now());
			},
		};
	};

	return {
		begin,
		async query(provider, query, task) {
			if (trace.getActiveSpan() === undefined) {
				return task();
			}

			const attributes = {'aviary.provider': provider, 'db.query.text': query};
			const span = tracer.startSpan(`query ${provider}`, {kind: SpanKind.CLIENT, attributes, startTime: now()});
			return working(span, async (work) => {
				const answer = await task();
				work.note({answer: answer.kind});
				return answer;
			});
		},
	};
};
