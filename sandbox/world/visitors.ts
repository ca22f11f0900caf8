// A steady stream of requests to every host that a route names, shared out as the routes say; nothing is left to chance.
import type {Clock} from '../../services/clock.ts';
import type {WatchEvent} from '../api/types.ts';
import {destinationKey, type Concerned} from './backends.ts';
import type {Echoes} from './echoes.ts';
import {isEqual} from './objects.ts';
import {wholeOf, type Origin, type Proxies} from './proxies.ts';
import {WITHOUT_WEIGHT, conditionFor, isWeightless, type Leg, type Route} from './routing/route.ts';
import type {Host, RouteKind, RouteTable} from './routing/table.ts';

export type VisitorParts = {
	readonly clock: Clock;
	readonly speed: number;
	/** Requests a second of world time, for each host; 0 for none. */
	readonly rps: number;
};

/** A part of the visitors; `key` is its destination's. `isLost`: no backend has a weight, and the proxy answers. */
type OwedLeg = {
	readonly leg: Leg;
	readonly key: string;
	readonly share: number;
	readonly isLost: boolean;
	owed: number;
};

type Visited = {
	readonly origin: Origin;
	/** How many of the host's visitors these are. */
	readonly part: number;
	readonly route: Route | undefined;
	readonly legs: readonly OwedLeg[];
	readonly timeoutMs: number | undefined;
	/** Until when its visitors have been sent. */
	sentAt: number;
};

/** Of those who come to a host, for each route before the usual one that asks for something special. */
const SPECIAL_PART = 0.1;

type Way = {readonly route: Route | undefined; readonly part: number};

/**
 * Visitors take the first route that asks for nothing special, or else do as the first of all asks. Where routes before
 * it ask for something, as for the header of insiders, a few come with that.
 */
const waysTo = ({routes, visit}: Host): readonly Way[] => {
	const usual = routes.findIndex((route) => conditionFor(route, visit) !== undefined);
	const special = routes
		.slice(0, Math.max(0, usual))
		.filter(({legs}) => legs.length > 0)
		.map((route) => ({route, part: SPECIAL_PART}));
	return [{route: routes[Math.max(0, usual)], part: Math.max(0, 1 - special.length * SPECIAL_PART)}, ...special];
};

/** Visitors in parts; those of a route without any weight all come to nothing. */
const owedLegs = (route: Route | undefined): readonly OwedLeg[] => {
	const {legs = []} = route ?? {};
	const isLost = route !== undefined && isWeightless(route);
	const first = legs.findIndex(({isMirror}) => !isMirror);
	return legs.map((leg, index) => {
		const share = isLost && index === first ? 1 : leg.share;
		return {leg, key: destinationKey(leg.destination), share, isLost: isLost && !leg.isMirror, owed: 0};
	});
};

/** Those who come to every host that a route names. */
export class Visitors {
	readonly #parts: VisitorParts;
	readonly #proxies: Proxies;
	readonly #table: RouteTable;
	readonly #echoes: Echoes;
	#hosts: ReadonlyMap<string, Visited> = new Map();
	#isFlowing = true;

	constructor(parts: VisitorParts, {proxies, table, echoes}: {proxies: Proxies; table: RouteTable; echoes: Echoes}) {
		this.#parts = parts;
		this.#proxies = proxies;
		this.#table = table;
		this.#echoes = echoes;
	}

	/** Sends what is due by now, to all hosts or to those that a change concerns. */
	flush(isConcerned?: Concerned): void {
		const now = this.#parts.clock.monotonic();
		this.#echoes.flush(now);
		for (const host of this.#hosts.values()) {
			if (isConcerned === undefined || host.legs.some(({key}) => isConcerned(key))) this.#visitNow(host, now);
		}
	}

	/** What was due until now still goes. */
	setFlowing(isFlowing: boolean): void {
		this.flush();
		this.#isFlowing = isFlowing;
	}

	/** Makes a changed route count; what was due until now still goes the old way. Other hosts notice nothing. */
	apply(kind: RouteKind, event: WatchEvent): void {
		this.change((table) => table.apply(kind, event));
	}

	/** The same of whatever changes the table. */
	change(apply: (table: RouteTable) => void): void {
		const now = this.#parts.clock.monotonic();
		apply(this.#table);
		const hosts = this.#visit(now);
		for (const [name, host] of this.#hosts) if (hosts.get(name) !== host) this.#visitNow(host, now);
		this.#hosts = hosts;
	}

	#visitNow(host: Visited, now: number): void {
		const {rps, speed} = this.#parts;
		const due = this.#isFlowing ? (rps * speed * host.part * (now - host.sentAt)) / 1000 : 0;
		host.sentAt = now;
		if (due <= 0) return;
		for (const owing of host.legs) {
			owing.owed += due * owing.share;
			const count = wholeOf(owing.owed);
			owing.owed -= count;
			if (count > 0) this.#send(host, owing, count);
		}
	}

	/** Who is visited from now on. A host whose route is the same stays as it was. */
	#visit(now: number): ReadonlyMap<string, Visited> {
		const hosts = new Map<string, Visited>();
		for (const host of this.#table.routed()) {
			const {name, namespace} = host;
			for (const [index, {route, part}] of waysTo(host).entries()) {
				const key = `${name} ${index}`;
				const before = this.#hosts.get(key);
				const isKept = before?.origin.namespace === namespace && before.route === route && before.part === part;
				hosts.set(key, isKept ? before : this.#visitor(host, {route, part}, this.#hosts.get(key)?.legs, now));
			}
		}

		return hosts;
	}

	/** What is owed is kept while the shares are the same, so that an unrelated write loses nothing. */
	#visitor(
		{name: host, namespace, counted}: Host,
		{route, part}: Way,
		before: readonly OwedLeg[] | undefined,
		sentAt: number,
	): Visited {
		const legs = route?.legs ?? [];
		const isSame =
			before !== undefined &&
			isEqual(
				before.map(({leg}) => leg),
				legs,
			);
		const origin = {host, workload: 'sandbox-visitors', namespace, counted};
		const owing = isSame ? before : owedLegs(route);
		return {origin, part, route, legs: owing, timeoutMs: route?.timeoutMs, sentAt};
	}

	#send({origin, timeoutMs}: Visited, {leg, key, isLost}: OwedLeg, count: number): void {
		const {destination, isMirror} = leg;
		const common = {origin, destination, isMirror, timeoutMs};
		const nobody = {...common, backend: undefined, latencyMs: 0};
		if (isLost) {
			this.#proxies.record({...nobody, code: WITHOUT_WEIGHT}, count);
			return;
		}

		const shares = this.#proxies.share(destination, count, key);
		if (shares.length === 0) this.#proxies.record({...nobody, code: this.#proxies.codeWithoutBackend(leg)}, count);
		for (const [backend, share] of shares) {
			const errors = this.#proxies.errorsOf(backend, share);
			const answered = {...common, backend, latencyMs: backend.behaviour.latencyMs};
			if (errors > 0) this.#proxies.record({...answered, code: 500}, errors);
			if (share > errors) this.#proxies.record({...answered, code: 200}, share - errors);
		}
	}
}
