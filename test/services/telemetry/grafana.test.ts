// Runs in Grafana: a mark that becomes a region, with a token that may change, and failures that harm nobody.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {Door, HttpRequest} from '../../../services/http/door.ts';
import {createGrafana} from '../../../services/telemetry/grafana.ts';

const identity = {
	canary: 'podinfo',
	kind: 'Canary',
	run: 'abc-20260101T000000Z',
	revision: 'abc',
	target: {kind: 'Deployment', name: 'podinfo'},
	primary: {kind: 'Deployment', name: 'podinfo-primary'},
	began: '2026-01-01T00:00:00Z',
} as const;
const began = {identity, namespace: 'test'};
const ended = {...began, outcome: 'rolled-back', reason: 'rate <1%', at: Date.UTC(2026, 0, 1, 0, 5)} as const;

const stage = async (t: ExecutionContext) => {
	const directory = await mkdtemp(join(tmpdir(), 'aviary-grafana-'));
	t.teardown(() => rm(directory, {recursive: true}));
	const tokenFile = join(directory, 'token');
	await writeFile(tokenFile, 'first\n');
	const clock = createVirtualClock();
	const asked: HttpRequest[] = [];
	const statuses: number[] = [];
	const warnings: string[] = [];
	const door = {
		async request(request: HttpRequest) {
			asked.push(request);
			return {status: statuses.shift() ?? 200, headers: {}, body: '{"message":"Annotation added","id":7}'};
		},
	} as unknown as Door;
	const log = {debug() {}, info() {}, error() {}, warn: (message: string) => warnings.push(message)};
	const grafana = createGrafana({url: 'http://grafana:3000/sub/', tokenFile}, {door, clock, log});
	/** Files are read in real time, and pauses pass in virtual time. */
	const until = async (count: number): Promise<void> => {
		while (asked.length < count) {
			await new Promise((resolve) => setImmediate(resolve));
			await clock.advance(1000);
		}

		for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
	};
	return {clock, asked, statuses, warnings, grafana, tokenFile, until};
};

const bodyOf = (request: HttpRequest | undefined): unknown => JSON.parse(request?.body ?? 'null');

test('a run is a mark when it begins and a region when it ends; the token is read anew', async (t) => {
	const {asked, grafana, tokenFile, until, warnings} = await stage(t);
	grafana.began(began);
	await until(1);
	await writeFile(tokenFile, 'second');
	grafana.ended(ended);
	await until(2);
	const [post, patch] = asked;
	t.like(post, {method: 'POST', url: 'http://grafana:3000/sub/api/annotations'});
	t.is(post?.headers?.['authorization'], 'Bearer first');
	t.deepEqual(bodyOf(post), {
		time: Date.UTC(2026, 0, 1),
		tags: ['aviary', 'canary:podinfo', 'namespace:test', 'began'],
		text: 'podinfo: run of abc began',
	});
	t.like(patch, {method: 'PATCH', url: 'http://grafana:3000/sub/api/annotations/7'});
	t.is(patch?.headers?.['authorization'], 'Bearer second');
	t.deepEqual(bodyOf(patch), {
		time: Date.UTC(2026, 0, 1),
		timeEnd: Date.UTC(2026, 0, 1, 0, 5),
		tags: ['aviary', 'canary:podinfo', 'namespace:test', 'rolled-back'],
		text: 'podinfo: run of abc ended, rolled-back: rate &lt;1%',
	});
	t.deepEqual(warnings, []);
});

test('the end of a run whose beginning was not marked here is a region of its own', async (t) => {
	const {asked, grafana, until} = await stage(t);
	grafana.ended(ended);
	await until(1);
	t.like(asked[0], {method: 'POST', url: 'http://grafana:3000/sub/api/annotations'});
	t.like(bodyOf(asked[0]), {timeEnd: ended.at});
});

test('three attempts, then the log tells', async (t) => {
	const {asked, statuses, grafana, until, warnings} = await stage(t);
	statuses.push(500, 500, 401);
	grafana.began(began);
	await until(3);
	t.is(asked.length, 3);
	t.deepEqual(warnings, ['Grafana has no annotation of a run']);
});
