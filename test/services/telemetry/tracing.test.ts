// One trace a run, as an SDK of the user's would receive it: a tiny one that keeps every span in memory.
import {AsyncLocalStorage} from 'node:async_hooks';
import {readFile} from 'node:fs/promises';
import {context, ROOT_CONTEXT, SpanStatusCode, trace} from '@opentelemetry/api';
import type {
	Attributes,
	Context,
	ContextManager,
	HrTime,
	Span,
	SpanOptions,
	SpanStatus,
	Tracer,
} from '@opentelemetry/api';
import test from 'ava';
import {releaseOf} from '../../../sandbox/scenarios.ts';
import {stage} from './stage.ts';

type Kept = {
	readonly name: string;
	readonly id: string;
	readonly trace: string;
	readonly parent: string | undefined;
	readonly attributes: Attributes;
	readonly events: string[];
	status: SpanStatus;
	readonly from: number;
	to: number | undefined;
};

const kept: Kept[] = [];
const msOf = (time: unknown): number => {
	const [seconds, nanoseconds] = time as HrTime;
	return seconds * 1000 + nanoseconds / 1_000_000;
};

const startSpan = (name: string, {root, attributes, startTime}: SpanOptions = {}, within: Context): Span => {
	const parent = root === true ? undefined : trace.getSpan(within)?.spanContext();
	const id = String(kept.length + 1).padStart(16, '0');
	const spanContext = {traceId: parent?.traceId ?? id.padStart(32, '0'), spanId: id, traceFlags: 1};
	const own: Kept = {
		name,
		id,
		trace: spanContext.traceId,
		parent: parent?.spanId,
		attributes: {...attributes},
		events: [],
		status: {code: SpanStatusCode.UNSET},
		from: msOf(startTime),
		to: undefined,
	};
	kept.push(own);
	const span: Partial<Span> = {
		spanContext: () => spanContext,
		setAttributes(more) {
			Object.assign(own.attributes, more);
			return span as Span;
		},
		addEvent(event) {
			own.events.push(event);
			return span as Span;
		},
		setStatus(status) {
			own.status = status;
			return span as Span;
		},
		recordException() {},
		end(time) {
			own.to = msOf(time);
		},
	};
	return span as Span;
};

const storage = new AsyncLocalStorage<Context>();
const manager: ContextManager = {
	active: () => storage.getStore() ?? ROOT_CONTEXT,
	with: (active, task, self, ...values) => storage.run(active, () => task.call(self as never, ...values)),
	bind: (_, target) => target,
	enable: () => manager,
	disable: () => manager,
};

test.before(() => {
	const tracer: Pick<Tracer, 'startSpan'> = {
		startSpan: (name, options, within = context.active()) => startSpan(name, options, within),
	};
	trace.setGlobalTracerProvider({getTracer: () => tracer as Tracer});
	context.setGlobalContextManager(manager);
});

const traceOf = async (t: Parameters<typeof stage>[0], scenario: string, phase: string): Promise<readonly Kept[]> => {
	const from = kept.length;
	const {objects} = await releaseOf(scenario, 'first');
	const {start, status, until} = await stage(t, objects);
	const {stop} = await start();
	await until(() => status('podinfo')['phase'] === phase);
	await stop();
	return kept.slice(from);
};

test('the API is one that the SDKs bring: a newer one would not see what theirs registers', async (t) => {
	const file = new URL('../../../node_modules/@opentelemetry/api/package.json', import.meta.url);
	const {version} = JSON.parse(await readFile(file, 'utf8')) as {version: string};
	t.regex(version, /^1\.9\./, 'SDK 2 wants an API below 1.10');
});

test.serial(
	'a run that is promoted is one trace: its states, in them its checks and writes, in those its queries',
	async (t) => {
		const spans = await traceOf(t, 'good', 'Succeeded');
		const [root, ...others] = spans.filter(({parent}) => parent === undefined);
		t.deepEqual(others, []);
		t.is(root?.name, 'run');
		t.like(root?.attributes, {
			'aviary.canary': 'podinfo.test',
			'aviary.target': 'podinfo-canary',
			'aviary.outcome': 'promoted',
		});
		t.regex(String(root?.attributes['aviary.run']), /^\w+-\d{8}T\d{6}Z$/);
		t.deepEqual(new Set(spans.map((span) => span.trace)), new Set([root?.trace]));
		t.deepEqual(
			spans.filter(({to, from}) => to === undefined || to < from),
			[],
			'every span has ended',
		);
		const nameOf = (id: string | undefined): string | undefined => spans.find((span) => span.id === id)?.name;
		const soaking = spans.filter(({name}) => name === 'progressing.soaking');
		t.true(soaking.length > 2);
		t.true(soaking.every(({parent}) => nameOf(parent) === 'run'));
		t.true(spans.some(({events}) => events.some((event) => /^Advance podinfo\.test canary weight \d+$/.test(event))));
		const checks = spans.filter(({name}) => name === 'check');
		t.true(checks.every(({attributes, events}) => attributes['aviary.verdict'] === 'passed' && events.length > 0));
		const queries = spans.filter(({name}) => name === 'query prometheus');
		t.true(queries.length >= checks.length);
		t.true(
			queries.every(({parent, attributes}) => nameOf(parent) === 'check' && attributes['aviary.answer'] === 'value'),
		);
		const routing = spans.filter(({name}) => name === 'patch virtualservices.networking.istio.io');
		t.true(routing.length > 2);
		t.true(
			routing.every(
				({parent, attributes}) =>
					nameOf(parent)?.endsWith('routing') === true &&
					/^(?:route|rollback)$/.test(String(attributes['aviary.lane'])),
			),
		);
	},
);

test.serial('a run that fails is a trace that failed, with the reason', async (t) => {
	const spans = await traceOf(t, 'errors', 'Failed');
	const root = spans.find(({parent}) => parent === undefined);
	t.is(root?.attributes['aviary.outcome'], 'failed');
	t.is(root?.status.code, SpanStatusCode.ERROR);
	t.regex(root?.status.message ?? '', /failed checks threshold reached/);
	t.true(spans.some(({name, attributes}) => name === 'check' && attributes['aviary.verdict'] === 'failed'));
});

test.serial('a daemon that stops ends the trace of the run that it leaves', async (t) => {
	const from = kept.length;
	const {objects} = await releaseOf('good', 'first');
	const {start, status, until} = await stage(t, objects);
	const {stop} = await start();
	await until(() => Number(status('podinfo')['canaryWeight']) > 0);
	await stop();
	const root = kept.slice(from).find(({parent}) => parent === undefined);
	t.is(root?.attributes['aviary.outcome'], 'interrupted');
	t.true(root?.to !== undefined);
});
