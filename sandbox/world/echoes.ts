// What a request by hand stands for when time runs faster: whoever asks once a second asks once a minute of a world at
// speed 60, which no window of a minute would notice. So each request is counted as often as time runs faster.
import type {Exchange, Proxies} from './proxies.ts';

/** `watch` asks every two seconds unless told otherwise: spread over as much, its requests fill every window. */
const SPREAD_MS = 2000;
/** More than somebody at a keyboard has under way; a load tool's are counted at once. */
const ECHOES_MAX = 1000;

type Echo = {readonly exchange: Exchange; readonly since: number; readonly count: number; sent: number};

export class Echoes {
	readonly #proxies: Proxies;
	readonly #times: number;
	#echoes: Echo[] = [];

	constructor(proxies: Proxies, speed: number) {
		this.#proxies = proxies;
		this.#times = Math.max(1, Math.round(speed));
	}

	/** To be called once a request has been counted itself. `now` is monotonic time of the clock. */
	add(exchange: Exchange, now: number): void {
		const count = this.#times - 1;
		if (count === 0) return;
		if (this.#echoes.length >= ECHOES_MAX) this.#proxies.record(exchange, count);
		else this.#echoes.push({exchange, since: now, count, sent: 0});
	}

	/** Counts what is due by now. */
	flush(now: number): void {
		for (const echo of this.#echoes) {
			const due = Math.floor(echo.count * Math.min(1, (now - echo.since) / SPREAD_MS));
			if (due > echo.sent) this.#proxies.record(echo.exchange, due - echo.sent);
			echo.sent = due;
		}

		this.#echoes = this.#echoes.filter(({count, sent}) => sent < count);
	}

	/** A pod that has gone answers no more, and its series must not come back. */
	forgetPod(uid: string): void {
		this.#echoes = this.#echoes.filter(({exchange}) => exchange.backend?.uid !== uid);
	}
}
