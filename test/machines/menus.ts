// What the canary's chart is explored with: where a walk starts, and what may happen on it.
import type {Phase, Verdict} from '../../api/model.ts';
import type {Recalled} from '../../machines/model/context.ts';
import {ofStrategies} from './menus-of-strategies.ts';
import type {Menu} from './pairs.ts';
import {
	allCommands,
	commandOf,
	edits,
	initializedPast,
	managed,
	paired,
	REPLICAS,
	START,
	unknownPast,
} from './world.ts';
import type {Edit, Sight, Standing} from './world.ts';

type Start = Menu['starts'][number];

const verdicts: ReadonlyArray<Verdict['outcome']> = ['passed', 'failed', 'unknown'];

const atRest: Standing = {replicas: 0, route: {canary: 0}, primary: 'v1', kept: 'v1', judging: false};
const newRevision: Start = {recalled: initializedPast, standing: atRest, sight: {target: 'v2'}};

/** What can be seen of the workloads of a run. */
const troubles: readonly Sight[] = [
	{},
	{canary: 'rising'},
	{canary: 'failing'},
	{canary: 'fewer', scaling: 'target'},
	{primary: 'rolling'},
	{primary: 'down'},
	{primary: 'overwritten'},
	{canary: 'failing', primary: 'down'},
	{problem: true},
	{scaling: 'primary'},
	{target: 'v3', canary: 'rising'},
	{target: 'v3', primary: 'down'},
	{target: 'v1'},
	{target: 'none'},
	{route: 'stray'},
];

/** A run of the first shape, from a new revision on. */
const pairedRun: Menu = {
	name: 'a run of the first shape',
	model: paired,
	starts: [newRevision, {...newRevision, sight: {target: 'v1'}}],
	sights: troubles,
	edits: [],
	verdicts,
};

/** Today's shape from its first day: nothing is there, or all but the Canary. */
const managedLife: Menu = {
	name: "the life of today's shape",
	model: managed,
	starts: [
		{recalled: unknownPast, standing: {...atRest, replicas: REPLICAS, primary: '', kept: ''}, sight: {route: 'none'}},
		{recalled: unknownPast, standing: {...atRest, primary: '', kept: ''}, sight: {problem: true}},
		{recalled: initializedPast, standing: atRest, sight: {target: 'v1'}},
		newRevision,
	],
	sights: [
		{},
		{target: 'v1'},
		{target: 'v1', primary: 'none'},
		{target: 'v1', route: 'none'},
		{target: 'v1', route: 'stray'},
		{target: 'v3', canary: 'rising'},
		{primary: 'rolling'},
		{primary: 'none'},
		{problem: true},
		{target: 'v1', problem: true},
	],
	edits: ['a mistake', 'other routing fields', 'another target'],
	verdicts: ['passed', 'failed'],
	commands: [commandOf('retry')],
};

/** Runs whose weights somebody else writes too. */
const led = (['adopt', 'yield'] as const).map((onRouteChange): Menu => ({
	name: `a run that is to ${onRouteChange}`,
	model: {...paired, onRouteChange},
	starts: [newRevision],
	sights: [{}, {route: 'stray'}, {route: 'emptied'}, {primary: 'rolling'}, {target: 'v3', canary: 'rising'}],
	edits: [],
	verdicts,
	commands: [commandOf('promote'), commandOf('rollback'), commandOf('set-weight', 35)],
}));

/** A run whose weights somebody else writes whenever it sets them back. */
const fought: Menu = {
	name: 'a run whose route is fought over',
	model: paired,
	starts: [newRevision],
	sights: [{route: 'stray'}],
	edits: [],
	verdicts: ['passed', 'failed'],
};

/** Specs edited while a run is under way. */
const edited: Menu = {
	name: 'a run whose spec is edited',
	model: paired,
	starts: [newRevision],
	sights: [{}, {target: 'v3', canary: 'rising'}, {primary: 'down'}, {canary: 'rising'}, {canary: 'failing'}],
	edits: Object.keys(edits) as Edit[],
	verdicts: ['passed', 'failed'],
};

/** A Canary whose analysis is skipped. */
const skipped: Menu = {
	name: 'a run without analysis',
	model: edits['no analysis'](paired),
	starts: [newRevision],
	sights: [{}, {canary: 'rising'}, {primary: 'rolling'}, {target: 'v3', canary: 'rising'}],
	edits: [],
	verdicts,
};

/** A run that people steer. */
const steered: Menu = {
	name: 'a run that people steer',
	model: paired,
	starts: [newRevision, {...newRevision, sight: {target: 'v1'}}],
	sights: [
		{},
		{canary: 'rising'},
		{canary: 'failing'},
		{primary: 'rolling'},
		{primary: 'down'},
		{problem: true},
		{target: 'v3', canary: 'rising'},
		{target: 'v1'},
	],
	edits: [],
	verdicts,
	commands: allCommands,
};

/** The first day of the first shape: its user may have begun without us. */
const pairedFirstDay: Menu = {
	name: 'the first day of the first shape',
	model: paired,
	starts: [
		{recalled: unknownPast, standing: {...atRest, replicas: REPLICAS, kept: ''}, sight: {target: 'v2'}},
		{recalled: unknownPast, standing: {...atRest, kept: ''}, sight: {target: 'v2'}},
		{recalled: unknownPast, standing: {...atRest, kept: ''}, sight: {target: 'v1'}},
		{recalled: unknownPast, standing: {...atRest, kept: ''}, sight: {problem: true}},
	],
	sights: [{}, {target: 'v1'}, {primary: 'rolling'}, {problem: true}, {target: 'v3', canary: 'rising'}],
	edits: ['a mistake', 'another target'],
	verdicts: ['passed', 'failed'],
};

const past = (phase: Phase, canaryWeight: number, failedChecks: number, state: string): Recalled => ({
	phase,
	canaryWeight,
	iterations: 0,
	failedChecks,
	lastAppliedSpec: 'v2',
	lastPromotedSpec: 'v1',
	lastTransitionTime: START,
	state,
});

const pasts: readonly Recalled[] = [
	...[0, 20, 50].flatMap((weight) => [0, 1, 2].map((failed) => past('Progressing', weight, failed, 'progressing'))),
	past('Progressing', 20, 1, 'failed'),
	past('Progressing', 20, 2, ''),
	past('Waiting', 0, 0, 'progressing'),
	past('WaitingPromotion', 50, 0, 'promoting'),
	...[0, 1, 2].map((failed) => past('Promoting', 50, failed, 'promoting')),
	past('Promoting', 0, 0, 'promoting'),
	past('Promoting', 50, 2, 'failed'),
	past('Promoting', 50, 2, ''),
	past('Finalising', 0, 0, 'promoting'),
	past('Finalising', 50, 0, 'promoting'),
	past('Succeeded', 0, 0, 'finished'),
	past('Failed', 0, 2, 'failed'),
	past('Failed', 50, 0, 'failed'),
	{...past('Initialized', 0, 0, 'initialized'), lastAppliedSpec: 'v1'},
	past('Initializing', 0, 0, 'initialized'),
];

/** Actors that are built anew in the middle of something: the status and the world may be a step apart. */
const resumed: Menu = {
	name: 'an actor that is built anew',
	model: paired,
	starts: pasts.flatMap((recalled) =>
		[0, 20, 50].flatMap((canary) =>
			['v1', ...(/Promoting|Finalising|Failed|Succeeded/.test(recalled.phase) ? ['v2'] : [])].flatMap((primary) =>
				(
					[
						{},
						{primary: 'down'},
						{canary: 'rising'},
						{target: 'v3'},
						{target: 'v1'},
						{problem: true},
						{foreign: true},
					] as const
				).map((sight): Start => ({
					recalled,
					standing: {replicas: REPLICAS, route: {canary}, primary, kept: 'v1', judging: false},
					sight,
				})),
			),
		),
	),
	sights: [
		{},
		{canary: 'rising'},
		{canary: 'failing'},
		{canary: 'failing', primary: 'rolling'},
		{primary: 'down'},
		{target: 'v3', canary: 'rising'},
	],
	edits: ['a lower threshold'],
	verdicts: ['passed', 'failed'],
	commands: [commandOf('rollback')],
};

/** Every menu with the number of mishaps that its histories may have. */
export const menus: ReadonlyArray<{readonly menu: Menu; readonly mishaps: number}> = [
	{menu: pairedRun, mishaps: 3},
	{menu: managedLife, mishaps: 2},
	...led.map((menu) => ({menu, mishaps: 3})),
	{menu: fought, mishaps: 5},
	{menu: edited, mishaps: 2},
	{menu: steered, mishaps: 2},
	{menu: skipped, mishaps: 3},
	{menu: pairedFirstDay, mishaps: 2},
	{menu: resumed, mishaps: 1},
	...ofStrategies,
];
