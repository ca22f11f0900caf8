// A wave: every target gets its next version at once. How soon each run began, how late its steps were, how long it took.
import {deployments, pathOf, virtualServices} from '../../services/kubernetes/resources.ts';
import {askedSince, placeIn, type Asked} from './audit.ts';
import type {CanariesSeen} from './canaries-seen.ts';
import {inParallel} from './in-parallel.ts';
import {imageOf, INTERVAL_SECONDS, STEPS, type Place, type Version} from './objects.ts';
import {dueTexts, eventsDelivered} from './due-events.ts';
import {measured, spreadOf, type Phase, type Spread} from './phases.ts';
import {OWN_ACCOUNT, type Site} from './site.ts';
import type {Subject} from './subject.ts';

export type Rollout = {
	readonly phase: Phase;
	/** From a new template to the operator's first write about it, in seconds. */
	readonly reactionSeconds: Spread;
	/** From a new template to Succeeded, in seconds. */
	readonly durationSeconds: Spread;
	/** How much later than due each step came after the one before, in seconds. */
	readonly stepLateSeconds: Spread;
	/** How much later than due the last step came after the first, in seconds. */
	readonly driftSeconds: Spread;
	readonly eventsDue: number;
	/** Of these, how many can be read in the cluster. */
	readonly eventsDelivered: number;
};

const WIDTH = 16;

const keyOf = ({namespace, name}: Place): string => `${namespace}/${name}`;

/** Gives all targets a version. */
export const release = async ({own}: Site, places: readonly Place[], version: Version = '1.2.0'): Promise<void> => {
	await inParallel(places, WIDTH, ({namespace, name}) =>
		own.call(
			'PATCH',
			pathOf(deployments, namespace, name),
			[{op: 'replace', path: '/spec/template/spec/containers/0/image', value: imageOf(version)}],
			'application/json-patch+json',
		),
	);
};

/** Times by Canary, in order. */
const timesBy = (asked: readonly Asked[]): ReadonlyMap<string, readonly number[]> => {
	const times = new Map<string, number[]>();
	for (const {namespace, name, at} of asked) {
		const key = `${namespace}/${name.replace(/-primary$/, '')}`;
		times.set(key, [...(times.get(key) ?? []), at]);
	}

	return new Map([...times].map(([key, all]) => [key, all.toSorted((a, b) => a - b)]));
};

const isDone = ({code}: Asked): boolean => code < 300;

export const rolloutOf = async (
	site: Site,
	subject: Subject,
	seen: CanariesSeen,
	places: readonly Place[],
	msMax: number,
	settle: () => Promise<unknown>,
): Promise<Rollout> => {
	const place = await placeIn(site.plane.auditLog);
	const {phase, asked} = await measured(
		site,
		subject,
		async () => {
			await release(site, places);
			await seen.allIn('Succeeded', places.length, msMax);
		},
		settle,
	);
	const released = timesBy(await askedSince(site.plane.auditLog, OWN_ACCOUNT, place));
	const ofNames = asked.filter((one) => isDone(one) && one.column === 'writes' && one.name !== '');
	const first = timesBy(ofNames);
	const routes = timesBy(
		ofNames.filter(({what}) => what.endsWith(` ${virtualServices.plural}.${virtualServices.group}`)),
	);
	const seconds = (from: number | undefined, to: number | undefined): number =>
		((to ?? Number.NaN) - (from ?? Number.NaN)) / 1000;
	const steps = places.map((one) => (routes.get(keyOf(one)) ?? []).slice(0, STEPS));
	const ends = seen.since();
	return {
		phase,
		reactionSeconds: spreadOf(places.map((one) => seconds(released.get(keyOf(one))?.[0], first.get(keyOf(one))?.[0]))),
		durationSeconds: spreadOf(places.map((one) => seconds(released.get(keyOf(one))?.[0], ends.get(keyOf(one))))),
		stepLateSeconds: spreadOf(
			steps.flatMap((times) => times.slice(1).map((to, index) => seconds(times[index], to) - INTERVAL_SECONDS)),
		),
		driftSeconds: spreadOf(steps.map((times) => seconds(times[0], times.at(-1)) - INTERVAL_SECONDS * (STEPS - 1))),
		eventsDue: places.length * dueTexts.length,
		eventsDelivered: await eventsDelivered(site.admin, places),
	};
};
