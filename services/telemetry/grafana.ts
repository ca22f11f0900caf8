// Annotations in Grafana: a mark where a run begins, which becomes a region when it ends.
import {readFile} from 'node:fs/promises';
import type {RunIdentity, RunOutcome} from '../../api/canary-run.ts';
import {backOffMs} from '../back-off.ts';
import {instantOf, sleep} from '../clock.ts';
import type {Clock} from '../clock.ts';
import type {Door} from '../http/door.ts';
import type {Log} from '../log.ts';

export type RunBegan = {readonly identity: RunIdentity; readonly namespace: string};
export type RunEnded = RunBegan & {readonly outcome: RunOutcome; readonly reason: string; readonly at: number};

/** Told of runs; neither throws nor waits. */
export type RunAnnotations = {
	began(run: RunBegan): void;
	ended(run: RunEnded): void;
	/** What is under way is given up. */
	close(): void;
};

/** For those who have no Grafana. */
export const noAnnotations: RunAnnotations = {began() {}, ended() {}, close() {}};

export type GrafanaPlace = {
	/** Of Grafana, with its path where it has one: `https://grafana.example.com/grafana`. */
	readonly url: string;
	/** Holds the token of a service account; read anew each time, for tokens are renewed. */
	readonly tokenFile: string;
};

type Doors = {readonly door: Door; readonly clock: Clock; readonly log: Log};

const ANSWER_MS = 10_000;
const ATTEMPTS_MAX = 3;
const RETRY_MS = 2000;
/** Marks that wait for the end of their run; beyond it the oldest are forgotten, and their ends are marks of their own. */
const MARKS_MAX = 1000;

const tagsOf = ({identity, namespace}: RunBegan, ...more: readonly string[]): readonly string[] => [
	'aviary',
	`canary:${identity.canary}`,
	`namespace:${namespace}`,
	...more,
];

/** The text is shown as HTML by some panels. */
const escaped = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').slice(0, 500);

/**
 * Posts to `/api/annotations`, and patches what it posted (Grafana's HTTP API; the token needs `annotations:create` and
 * `annotations:write`). Three attempts each, then the log tells.
 */
export const createGrafana = ({url, tokenFile}: GrafanaPlace, {door, clock, log}: Doors): RunAnnotations => {
	const closed = new AbortController();
	const marks = new Map<string, Promise<number | undefined>>();
	const address = `${url.replace(/\/+$/, '')}/api/annotations`;

	const ask = async (method: 'POST' | 'PATCH', id: number | undefined, body: object): Promise<number | undefined> => {
		const token = (await readFile(tokenFile, 'utf8')).trim();
		const answer = await door.request({
			method,
			url: id === undefined ? address : `${address}/${id}`,
			headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json'},
			body: JSON.stringify(body),
			timeoutMs: ANSWER_MS,
			signal: closed.signal,
		});
		if (answer.status < 200 || answer.status > 299) {
			throw new Error(`HTTP ${answer.status} ${answer.body.slice(0, 200)}`);
		}

		const [, made] = /"id"\s*:\s*(\d+)/.exec(answer.body) ?? [];
		return made === undefined ? id : Number(made);
	};

	const send = async (run: RunBegan, ...asked: Parameters<typeof ask>): Promise<number | undefined> => {
		for (let attempt = 1; ; attempt += 1) {
			try {
				return await ask(...asked);
			} catch (error) {
				if (closed.signal.aborted || attempt === ATTEMPTS_MAX) {
					const canary = `${run.identity.canary}.${run.namespace}`;
					log.warn('Grafana has no annotation of a run', {canary, error: (error as Error).message});
					return undefined;
				}

				await sleep(clock, backOffMs({baseMs: RETRY_MS}, attempt - 1), closed.signal).catch(() => {});
			}
		}
	};

	const keyOf = ({identity, namespace}: RunBegan): string => `${namespace}/${identity.canary}/${identity.run}`;

	return {
		began(run) {
			const {identity} = run;
			const key = keyOf(run);
			if (marks.has(key)) {
				return;
			}

			const text = escaped(`${identity.canary}: run of ${identity.revision} began`);
			const made = send(run, 'POST', undefined, {time: instantOf(identity.began), tags: tagsOf(run, 'began'), text});
			marks.set(key, made);
			const [oldest] = marks.keys();
			if (marks.size > MARKS_MAX && oldest !== undefined) {
				marks.delete(oldest);
			}
		},
		ended(run) {
			const {identity, outcome, reason, at} = run;
			const mark = marks.get(keyOf(run)) ?? Promise.resolve(undefined);
			marks.delete(keyOf(run));
			const why = reason === '' ? '' : `: ${reason}`;
			const text = escaped(`${identity.canary}: run of ${identity.revision} ended, ${outcome}${why}`);
			const body = {time: instantOf(identity.began), timeEnd: at, tags: tagsOf(run, outcome), text};
			void mark.then((id) => send(run, id === undefined ? 'POST' : 'PATCH', id, body));
		},
		close() {
			closed.abort(new Error('the daemon stops'));
		},
	};
};

/** Those of a Grafana, if there is one. */
export const annotationsOf = (grafana: GrafanaPlace | undefined, doors: Doors): RunAnnotations =>
	grafana === undefined ? noAnnotations : createGrafana(grafana, doors);
