// What a pod answers: podinfo's paths (github.com/stefanprodan/podinfo), as far as docs/sandbox.md says, for any image.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {specOf} from './objects.ts';
import type {Incoming} from './routing/route.ts';

/** podinfo's own limit of an answer, `--http-server-timeout`: a slower one breaks the connection. */
const ANSWER_MS_MAX = 30_000;
/** What Envoy says when a pod ends the connection instead of answering. */
const BROKEN_OFF = 'upstream connect error or disconnect/reset before headers. reset reason: connection termination';

/** An answer; `delayMs` is world time. Header names are in lower case. */
export type AppAnswer = {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	readonly delayMs: number;
};

type PodSpec = {
	readonly containers?: ReadonlyArray<{
		readonly image?: string;
		readonly env?: ReadonlyArray<{readonly name: string; readonly value?: string}>;
	}>;
};

const json = (value: unknown, status = 200, delayMs = 0): AppAnswer => ({
	status,
	headers: {'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff'},
	body: JSON.stringify(value, undefined, 2),
	delayMs,
});

const text = (status: number, body: string, delayMs = 0): AppAnswer => ({
	status,
	headers: body === '' ? {} : {'content-type': 'text/plain; charset=utf-8'},
	body,
	delayMs,
});

/** The tag of an image: `1.2.0` of `quay.io:443/podinfo:1.2.0@sha256:…`, and `latest` without one. */
const versionOf = (image: string): string => /:([\w.-]+)$/u.exec(image.split('@')[0] ?? '')?.[1] ?? 'latest';

const environmentOf = (pod: KubeObject): ReadonlyMap<string, string> => {
	const {env = []} = specOf<PodSpec>(pod).containers?.[0] ?? {};
	return new Map([['HOSTNAME', pod.metadata.name], ...env.map(({name, value = ''}) => [name, value] as const)]);
};

const podVersion = (pod: KubeObject): string => versionOf(specOf<PodSpec>(pod).containers?.[0]?.image ?? '');

const runtimeOf = (pod: KubeObject): AppAnswer => {
	const environment = environmentOf(pod);
	const version = podVersion(pod);
	return json({
		hostname: pod.metadata.name,
		version,
		revision: 'unknown',
		color: environment.get('PODINFO_UI_COLOR') ?? '#34577c',
		logo: environment.get('PODINFO_UI_LOGO') ?? '',
		message: environment.get('PODINFO_UI_MESSAGE') ?? `greetings from podinfo v${version}`,
		goos: 'linux',
		goarch: 'amd64',
		runtime: 'aviary-sandbox',
		num_goroutine: '8',
		num_cpu: '2',
	});
};

/** `X-Request-Id` of `x-request-id`, as Go writes names. */
const canonical = (name: string): string => name.replaceAll(/(?:^|-)[a-z]/gu, (start) => start.toUpperCase());

const headersOf = ({headers}: Incoming): AppAnswer =>
	json(
		Object.fromEntries(
			Object.entries(headers)
				.filter(([name]) => name !== 'host')
				.map(([name, value]): [string, readonly string[]] => [canonical(name), [value]])
				.sort(([left], [right]) => (left < right ? -1 : 1)),
		),
	);

const statusOf = (code: number): AppAnswer => {
	if (code < 100 || code > 999) return text(503, BROKEN_OFF);
	// An informational answer is followed by the real one.
	return json({status: code}, code < 200 ? 200 : code);
};

const delayed = (seconds: number): AppAnswer =>
	seconds * 1000 > ANSWER_MS_MAX ? text(503, BROKEN_OFF, ANSWER_MS_MAX) : json({delay: seconds}, 200, seconds * 1000);

type Page = {
	readonly path: RegExp;
	readonly methods: readonly string[];
	readonly answer: (request: Incoming, pod: KubeObject, parameter: number) => AppAnswer;
};

const reads = ['GET'];
const pages: readonly Page[] = [
	{path: /^\/(?:api\/info)?$/u, methods: reads, answer: (_, pod) => runtimeOf(pod)},
	{path: /^\/version$/u, methods: reads, answer: (_, pod) => json({commit: 'unknown', version: podVersion(pod)})},
	{path: /^\/(?:healthz|readyz)$/u, methods: reads, answer: () => json({status: 'OK'})},
	{path: /^\/headers$/u, methods: ['GET', 'POST'], answer: (request) => headersOf(request)},
	{
		path: /^\/env$/u,
		methods: ['GET', 'POST'],
		answer: (_, pod) => json([...environmentOf(pod)].map(([name, value]) => `${name}=${value}`)),
	},
	{path: /^\/delay\/(\d{1,9})$/u, methods: reads, answer: (_, __, seconds) => delayed(seconds)},
	{path: /^\/status\/(\d{1,9})$/u, methods: ['GET', 'POST', 'PUT'], answer: (_, __, code) => statusOf(code)},
];

/** What a pod's process answers; faults of its annotations are not its own doing, and come on top. */
export const answerOf = (request: Incoming, pod: KubeObject): AppAnswer => {
	const page = pages.find(({path}) => path.test(request.path));
	if (page === undefined) return text(404, '404 page not found\n');
	if (!page.methods.includes(request.method)) return text(405, '');
	return page.answer(request, pod, Number(page.path.exec(request.path)?.[1] ?? 0));
};
