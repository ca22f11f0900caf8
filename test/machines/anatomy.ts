// A chart's config taken apart: its states, its transitions by name, and copies of it that differ in one place.
import {createMachine} from 'xstate';
import type {AnyStateMachine} from 'xstate';
import type {Path} from '../../machines/facts.ts';

export type Target = {
	target?: string;
	guard?: unknown;
	actions?: unknown;
	[key: string]: unknown;
};
export type Invoke = {src: string; input?: unknown; onDone?: Target[]; onError?: Target[]; [key: string]: unknown};
/** A state's config with every transition written out: lists of objects, no short forms. */
export type Node = {
	initial?: string;
	states?: Record<string, Node>;
	on?: Record<string, Target[]>;
	always?: Target[];
	invoke?: Invoke[];
	entry?: unknown[];
	type?: string;
	[key: string]: unknown;
};

/** One arrow of the chart; `id` says from where, on what and which of several. */
export type Arrow = {readonly id: string; readonly path: string; readonly list: Target[]; readonly index: number};

const listed = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

const copied = (value: unknown): unknown => {
	if (Array.isArray(value)) {
		return value.map(copied);
	}

	return value !== null && typeof value === 'object'
		? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copied(one)]))
		: value;
};

const targets = (value: unknown): Target[] =>
	listed(value).map((one) => {
		const target = typeof one === 'string' ? {target: one} : (copied(one) as Target);
		return {...target, actions: listed(target.actions)};
	});

const written = (value: unknown): Node => {
	const state = value as Record<string, unknown>;
	return {
		...state,
		always: targets(state['always']),
		on: Object.fromEntries(
			Object.entries((state['on'] ?? {}) as object).map(([event, list]) => [event, targets(list)]),
		),
		invoke: (listed(state['invoke']) as Invoke[]).map((one) => ({
			...one,
			onDone: targets(one.onDone),
			onError: targets(one.onError),
		})),
		entry: listed(state['entry']).map(copied),
		...(state['states'] !== undefined && {
			states: Object.fromEntries(
				Object.entries(state['states'] as object).map(([name, child]) => [name, written(child)]),
			),
		}),
	};
};

/** A fresh copy of a chart's config, all short forms written out. */
export const configOf = (machine: AnyStateMachine): Node => {
	const config = written(machine.config);
	// A list with nothing in it would tell xstate that the error is handled.
	for (const {node} of statesOf(config)) {
		for (const one of node.invoke ?? []) {
			if (one.onError?.length === 0) delete one.onError;
			if (one.onDone?.length === 0) delete one.onDone;
		}
	}

	return config;
};

/** Every state of a config with its path; the root has the empty one. */
export const statesOf = (root: Node): ReadonlyArray<{readonly path: string; readonly node: Node}> => {
	const below = (node: Node, path: string): Array<{path: string; node: Node}> => [
		{path, node},
		...Object.entries(node.states ?? {}).flatMap(([name, child]) =>
			below(child, path === '' ? name : `${path}.${name}`),
		),
	];
	return below(root, '');
};

/** The states without states within: those that a chart can be in. */
export const leavesOf = (root: Node): ReadonlyArray<{readonly path: Path; readonly node: Node}> =>
	statesOf(root)
		.filter(({node}) => node.states === undefined)
		.map(({path, node}) => ({path: path as Path, node}));

/** Every arrow of a config. */
export const arrowsOf = (root: Node): readonly Arrow[] =>
	statesOf(root).flatMap(({path, node}) => {
		const groups: Array<readonly [string, Target[]]> = [
			['always', node.always ?? []],
			...Object.entries(node.on ?? {}),
			...(node.invoke ?? []).flatMap(({src, onDone, onError}) => [
				[`${src}: done`, onDone ?? []] as const,
				[`${src}: refused`, onError ?? []] as const,
			]),
		];
		return groups.flatMap(([on, list]) =>
			list.map(({guard, target}, index) => ({
				id: `${path === '' ? 'root' : path} —${on} ${index + 1}${guard === undefined ? '' : ` [${nameOf(guard)}]`}→ ${target ?? 'stays'}`,
				path,
				list,
				index,
			})),
		);
	});

/** A guard's or an action's name with what tells its uses apart. */
export const nameOf = (one: unknown): string => {
	if (typeof one === 'string') {
		return one;
	}

	const {type, params} = one as {type: string; params?: unknown};
	return params === undefined || typeof params === 'function'
		? type
		: `${type}: ${Object.values(params as object).join(' ')}`;
};

/** The chart of a config, with the implementations of `machine`. */
export const chartOf = (config: Node, machine: AnyStateMachine): AnyStateMachine =>
	createMachine(
		config as never,
		{
			...machine.implementations,
			actions: {...machine.implementations.actions, taken: () => {}},
		} as never,
	) as unknown as AnyStateMachine;

/** The same config; every arrow tells when it is taken, by the action `taken`. */
export const telling = (config: Node): Node => {
	for (const {id, list, index} of arrowsOf(config)) {
		const arrow = list[index];
		if (arrow !== undefined) {
			arrow.actions = [{type: 'taken', params: {id}}, ...listed(arrow.actions)];
		}
	}

	return config;
};
