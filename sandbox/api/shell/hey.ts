// hey, the load generator of the walk-throughs: so many requests, by so many workers, each at a rate.
import {sleep} from '../../../services/clock.ts';
import {ask} from './curl.ts';
import type {Command} from './terminal.ts';

const REQUESTS = 200;
const WORKERS = 50;
const WORKERS_MAX = 200;
/** Without `-q` a worker asks as fast as it is answered; no faster than this, for the page and daemon share the time. */
const PAUSE_MS_MIN = 10;
const UNIT_MS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};

type Plan = {url: string; count: number; workers: number; pauseMs: number; durationMs: number};

const durationOf = (text: string): number => {
	const [, value = '0', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/u.exec(text) ?? [];
	return Number(value) * (UNIT_MS[unit] ?? 1000);
};

const parse = (args: readonly string[]): Plan => {
	const plan: Plan = {url: '', count: REQUESTS, workers: WORKERS, pauseMs: PAUSE_MS_MIN, durationMs: Infinity};
	for (let index = 0; index < args.length; index++) {
		const arg = args[index] ?? '';
		if (!arg.startsWith('-')) {
			plan.url = arg;
			continue;
		}

		const value = args[++index] ?? '';
		if (arg === '-n') plan.count = Number(value);
		if (arg === '-c') plan.workers = Math.min(Number(value), WORKERS_MAX);
		if (arg === '-q') plan.pauseMs = Math.max(1000 / Number(value), PAUSE_MS_MIN);
		if (arg === '-z') Object.assign(plan, {durationMs: durationOf(value), count: Infinity});
	}

	return plan;
};

const byText = (left: string, right: string): number => (left < right ? -1 : 1);

const summary = (statuses: ReadonlyMap<string, number>, ms: number): string => {
	const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
	const lines = [...statuses].map(([status, count]) => `  [${status}]\t${count} responses\n`).sort(byText);
	const seconds = ms / 1000;
	const rate = seconds === 0 ? 0 : total / seconds;
	return (
		`\nSummary:\n  Total:\t${seconds.toFixed(4)} secs\n  Requests/sec:\t${rate.toFixed(4)}\n\n` +
		`Status code distribution:\n${lines.join('')}`
	);
};

/** `hey [-n COUNT] [-c WORKERS] [-q RATE] [-z DURATION] URL`; its summary comes at its end, or with ^C. */
export const hey: Command = async (args, terminal, signal) => {
	const {clock} = terminal;
	const {url, count, workers, pauseMs, durationMs} = parse(args);
	if (url === '' || !(count > 0) || !(workers > 0)) {
		terminal.err('Usage: hey [-n count] [-c workers] [-q rate of each] [-z duration] URL\n');
		return 1;
	}

	const statuses = new Map<string, number>();
	const started = clock.monotonic();
	let left = count;
	const work = async (): Promise<void> => {
		while (left > 0 && !signal.aborted && clock.monotonic() - started < durationMs) {
			left--;
			const request = {url, method: 'GET', headers: {'user-agent': 'hey/0.0.1'}};
			const [status] = await Promise.all([
				ask(terminal, request, signal).then(
					(answer) => String(answer.status),
					(error: unknown) => (error instanceof Error ? error.message : String(error)),
				),
				sleep(clock, pauseMs, signal).catch(() => undefined),
			]);
			if (!signal.aborted) statuses.set(status, (statuses.get(status) ?? 0) + 1);
		}
	};
	await Promise.all(Array.from({length: Math.min(workers, count)}, () => work()));
	terminal.out(summary(statuses, clock.monotonic() - started));
	return 0;
};
