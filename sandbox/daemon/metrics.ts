// What the daemon tells of itself, asked for now and then as a Prometheus does.
import type {Clock} from '../../services/clock.ts';
import {expositionReader} from '../world/prometheus/exposition.ts';
import type {Exposed} from '../world/prometheus/samples.ts';

/** As often as a real Prometheus asks here. */
const ASK_MS = 1000;
/** The metrics of many Canaries are long, and releases are to be on time: so asking takes a small share of the time. */
const SHARE_MAX = 0.02;
const ASK_MS_MAX = 10_000;

export type DaemonMetrics = {
	/** The last answer; undefined while there is none. */
	text(): string | undefined;
	/** Asks at once, and then each second, or less often where the answers are long. */
	follow(url: string): void;
	stop(): void;
};

/** Tells `expose` each answer as series of the job `aviary`; none while the daemon does not answer. */
export const createDaemonMetrics = (clock: Clock, expose: (series: readonly Exposed[]) => void): DaemonMetrics => {
	const stopping = new AbortController();
	let last: string | undefined;
	let timer: unknown;
	const ask = async (url: string, read: (text: string) => readonly Exposed[]): Promise<void> => {
		const began = clock.monotonic();
		const answer = await fetch(url, {signal: stopping.signal}).catch(() => undefined);
		last = answer?.ok === true ? await answer.text().catch(() => undefined) : undefined;
		if (stopping.signal.aborted) return;
		expose(last === undefined ? [] : read(last));
		const pauseMs = Math.min(ASK_MS_MAX, Math.max(ASK_MS, (clock.monotonic() - began) / SHARE_MAX));
		timer = clock.setTimeout(() => void ask(url, read), pauseMs);
	};

	return {
		text: () => last,
		follow: (url) => void ask(url, expositionReader({job: 'aviary', instance: new URL(url).host})),
		stop() {
			stopping.abort();
			clock.clearTimeout(timer);
		},
	};
};
