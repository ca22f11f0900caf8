// How soon users are back on the primary when a canary goes wrong under traffic: `npm run bench:reactions`. Writes
// bench/results/reactions.json, and docs/performance.md from all results.
import {writeFile} from 'node:fs/promises';
import process from 'node:process';
import {canaries} from '../../services/kubernetes/resources.ts';
import {wallClock} from '../../services/clock.ts';
import {followCanaries} from './canaries-seen.ts';
import {machine} from './machine.ts';
import {createTargets} from './measurement.ts';
import {canary, INTERVAL_SECONDS, placesOf, THRESHOLD, type Place} from './objects.ts';
import {readOptions} from './options.ts';
import type {Reactions} from './performance-page.ts';
import {spreadOf, type Spread} from './phases.ts';
import {release} from './rollout.ts';
import {create, startSite, type Site} from './site.ts';
import {commandOf, startSubject} from './subject.ts';
import {followWeights, type WeightsSeen} from './weights-seen.ts';
import {writePerformancePage} from './write-docs.ts';

const REACTIONS = new URL('../results/reactions.json', import.meta.url).pathname;

const COUNT = 10;
const WEIGHT = 30;
const RUN_MS_MAX = 180_000;

const say = (text: string): void => {
	process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
};

const secondsBetween = (
	places: readonly Place[],
	from: (place: Place) => number | undefined,
	to: readonly number[],
): Spread => spreadOf(places.map((place, index) => ((to[index] ?? Number.NaN) - (from(place) ?? Number.NaN)) / 1000));

/** Three runs of each Canary: its pods crash; then another revision comes; then its checks fail. */
const react = async (site: Site, places: readonly Place[], seen: WeightsSeen) => {
	say('pods crash');
	await release(site, places, '1.2.0');
	await seen.allAtLeast(places, WEIGHT, RUN_MS_MAX);
	let begun = wallClock.monotonic();
	const recover = site.nodes.crash(({metadata}) => !metadata.name.includes('-primary-'));
	const back = (): Promise<readonly number[]> => seen.allBackSince(places, begun, RUN_MS_MAX);
	const crash = secondsBetween(places, (place) => seen.unreadySince(place), await back());
	recover();

	say('another revision comes');
	await seen.allAtLeast(places, WEIGHT, RUN_MS_MAX);
	begun = wallClock.monotonic();
	await release(site, places, '1.3.0');
	const revision = secondsBetween(places, (place) => seen.versionSince(place, '1.3.0'), await back());

	say('checks fail');
	await seen.allAtLeast(places, WEIGHT, RUN_MS_MAX);
	begun = wallClock.monotonic();
	site.metrics.fail();
	const breach = secondsBetween(places, () => begun, await back());
	return {crash, revision, breach};
};

const run = async (flags: readonly string[]): Promise<void> => {
	const options = readOptions(flags);
	const before = machine();
	const places = placesOf(COUNT);
	await using ends = new AsyncDisposableStack();
	const site = await startSite(places, options.foreign, options.manifests);
	ends.defer(() => site.stop());
	await createTargets(site, places);
	const initialised = await followCanaries(site.admin);
	ends.defer(() => initialised.stop());
	const seen = await followWeights(site.admin);
	ends.defer(() => seen.stop());
	const subject = await startSubject(site, await commandOf(options, site.dir));
	ends.defer(() => subject.stop());
	await subject.readySeconds;
	await create(
		site.own,
		canaries,
		places.map((place) => canary(place)),
	);
	await initialised.allIn('Initialized', COUNT, RUN_MS_MAX);
	const figures = await react(site, places, seen);
	const constants = {threshold: THRESHOLD, intervalSeconds: INTERVAL_SECONDS};
	const reactions: Reactions = {machine: before, canaries: COUNT, ...figures, ...constants};
	await writeFile(REACTIONS, `${JSON.stringify(reactions, undefined, '\t')}\n`);
	say(`wrote ${REACTIONS}`);
	await writePerformancePage();
};

if (import.meta.main) await run(process.argv.slice(2));
