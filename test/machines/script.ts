// The words of scripts: how they open, and what is done and said at each stage of a run.
import type {Path} from '../../machines/facts.ts';
import type {Opening, Stage} from './stage.ts';
import {initializedPast, managed, paired, REPLICAS, unknownPast} from './world.ts';
import type {Standing} from './world.ts';

export type Script = {
	readonly title: string;
	readonly opening: Opening;
	readonly play: (stage: Stage) => Promise<unknown>;
	/** Where it ends. */
	readonly ends: Path;
	readonly journal: readonly string[];
};

export const atRest: Standing = {replicas: 0, route: {canary: 0}, primary: 'v1', kept: 'v1', judging: false};
export const opening: Opening = {model: paired, recalled: initializedPast, standing: atRest, sight: {}};
export const firstDay: Opening = {
	model: managed,
	recalled: unknownPast,
	standing: {...atRest, replicas: REPLICAS, primary: '', kept: ''},
	sight: {target: 'v1'},
};

export const detected = (from: string, to: string): readonly string[] => [
	`New revision detected podinfo-canary.test old ${from} new ${to}`,
	'Scaling up podinfo-canary.test',
];
export const waitsForCanary =
	'Waiting for podinfo-canary.test rollout to finish: 1 of 2 updated replicas are available';
export const waitsForPrimary = 'Waiting for podinfo.test rollout to finish: 1 of 2 updated replicas are available';
export const scaledUp: readonly string[] = ['scale 2', waitsForCanary, 'Starting canary deployment for podinfo.test'];
export const step = (weight: number): readonly string[] => [
	`route ${weight}`,
	`Advance podinfo.test canary weight ${weight}`,
];
export const copied = (from: string, to: string): readonly string[] => [
	`keep ${from}`,
	'Copying podinfo-canary.test template spec to podinfo.test',
	`promote ${to}`,
];
export const promoted = (revision: string): readonly string[] => [
	'route 0',
	'scale 0',
	`keep ${revision}`,
	'Promotion completed! Scaling down podinfo-canary.test',
];
export const givenUp = (why: string): readonly string[] => [
	`Rolling back podinfo-canary.test ${why}`,
	'route 0',
	'Canary failed! Scaling down podinfo-canary.test',
	'scale 0',
];
/** The deadline finds users on the canary: they stay there until the primary is whole again. */
export const heldUntilWhole = async (stage: Stage): Promise<void> => {
	await stage.until('failed.holding');
	stage.journal.push(`${stage.status.phase} at weight ${stage.status.canaryWeight}`);
	await stage.see({});
	await stage.until('failed.idle');
};
export const heldAt50 = (why: string): readonly string[] => [
	'Promotion of podinfo-canary.test failed, primary not ready: 1 of 2 updated replicas are available',
	'Failed at weight 50',
	...givenUp(why),
];
export const halts = 'Halt podinfo.test advancement success rate 69.17% < 99%';
export const analysed = [...scaledUp, ...step(20), ...step(50)];
