// The releases that faults and kills come over: few steps, so that a sweep over all of their writes is quick.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {quick} from '../../simulation/simulation.ts';
import {PROMOTED, shapes, type ReleaseShape, type Version} from '../../releases/shapes.ts';

const [first, today] = shapes as readonly [ReleaseShape, ReleaseShape];

export type Plan = {
	readonly title: string;
	readonly shape: ReleaseShape;
	readonly version: Version;
	/** The phase in which it ends. */
	readonly end: 'Succeeded' | 'Failed';
};

const good: Version = {tag: '1.2.0'};
const bad: Version = {tag: '1.2.0', behaviour: {'error-rate': '0.4'}};

export const plans = {
	goodFirst: {title: 'a good run of the first shape', shape: first, version: good, end: 'Succeeded'},
	badFirst: {title: 'a bad run of the first shape', shape: first, version: bad, end: 'Failed'},
	goodToday: {title: "a good run of today's shape", shape: today, version: good, end: 'Succeeded'},
	badToday: {title: "a bad run of today's shape", shape: today, version: bad, end: 'Failed'},
} as const satisfies Readonly<Record<string, Plan>>;

/** Longer than any fault, at any speed: a deadline would be another end. */
const DEADLINE_SECONDS = 36_000;

const shortened = (canary: KubeObject, {isGenerated}: ReleaseShape): KubeObject => {
	const field = isGenerated ? 'analysis' : 'canaryAnalysis';
	const analysis = {...(canary.spec?.[field] as object), ...quick};
	return {...canary, spec: {...canary.spec, progressDeadlineSeconds: DEADLINE_SECONDS, [field]: analysis}};
};

/** What its user applies at first, in this order; scalers would only add what has nothing to do with it. */
export const objectsOf = async ({shape, version}: Plan, namespace: string): Promise<readonly KubeObject[]> => {
	const objects = await shape.objects(namespace, shape.isGenerated ? {tag: PROMOTED} : version);
	return objects
		.filter(({kind}) => kind !== 'HorizontalPodAutoscaler')
		.map((object) => (object.kind === 'Canary' ? shortened(object, shape) : object));
};
