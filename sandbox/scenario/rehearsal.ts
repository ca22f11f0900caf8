// A scenario played to its end in virtual time, without sockets: how scenarios are tested.
import {startDaemon} from '../../index.ts';
import {silentLog} from '../../services/log.ts';
import {seededRandom} from '../../services/random.ts';
import {handsOf, startEmbedded} from '../embedded.ts';
import {inProcess, inProcessConfig} from '../in-process.ts';
import {createVirtualClock} from '../virtual-clock.ts';
import {withinOf} from './expectations.ts';
import {createFaults} from './faults.ts';
import {tellCanaries, type Finding, type Happening} from './happenings.ts';
import {createPlay} from './play.ts';
import type {Scenario} from './read.ts';

export type Rehearsal = {readonly findings: readonly Finding[]; readonly happenings: readonly Happening[]};

const STEP_MS = 1000;
const SPEED = 10;

/** Plays a scenario until it is judged. Throws when it expects nothing, for it would never end. */
export const rehearse = async (scenario: Scenario, seed = 1): Promise<Rehearsal> => {
	const {expect} = scenario;
	if (expect === undefined) {
		throw new Error(`the scenario ${scenario.name} expects nothing; write expect`);
	}

	const clock = createVirtualClock();
	const embedded = await startEmbedded({clock, random: seededRandom(seed), speed: SPEED, log: silentLog});
	const faults = createFaults();
	const happenings: Happening[] = [];
	const judged: Finding[] = [];
	const tell = (happening: Happening): void => {
		happenings.push(happening);
		play.hear(happening);
	};
	const play = createPlay({
		hands: handsOf(embedded),
		world: embedded.world,
		clock,
		speed: SPEED,
		faults,
		scenario,
		tell,
		onJudged(findings) {
			judged.push(...findings);
		},
	});
	const stopTelling = tellCanaries(embedded.store, () => clock.now(), tell);
	const transport = inProcess(
		faults.breakable(embedded.handler),
		faults.prometheus(embedded.world.prometheus),
		faults.intercept,
	);
	const daemon = await startDaemon(
		{
			...inProcessConfig,
			speed: SPEED,
		},
		{clock, random: seededRandom(seed + 1), log: silentLog, transport},
	);
	try {
		await play.begin();
		const steps = withinOf(expect) / STEP_MS + 60;
		for (let step = 0; step < steps && judged.length === 0; step++) {
			await clock.advance(STEP_MS / SPEED);
		}

		return {findings: judged, happenings};
	} finally {
		play.stop();
		stopTelling();
		await daemon.stop();
		embedded.stop();
	}
};
