// Circles: files, or rooms, each of which leads to every other one of them.
import {roomOf} from './directions.ts';
import type {Source} from './source.ts';

/** What leads where. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Which file imports which, of those given. */
export const filesOf = (given: readonly Source[]): Graph => {
	const known = new Set(given.map(({file}) => file));
	return new Map(given.map(({file, imports}) => [file, new Set(imports.filter((one) => known.has(one)))]));
};

/** Which room of services/ imports which. */
export const roomsOf = (given: readonly Source[]): Graph => {
	const rooms = Map.groupBy(given, ({file}) => roomOf(file));
	return new Map(
		[...rooms].flatMap(([room, inside]) => {
			const others = inside.flatMap(({imports}) => imports.flatMap((one) => roomOf(one) ?? []));
			return room === undefined ? [] : [[room, new Set(others.filter((other) => other !== room))] as const];
		}),
	);
};

const reachedFrom = (graph: Graph, start: string): ReadonlySet<string> => {
	const reached = new Set<string>();
	const open = [...(graph.get(start) ?? [])];
	for (const place of open) {
		if (!reached.has(place)) {
			reached.add(place);
			open.push(...(graph.get(place) ?? []));
		}
	}

	return reached;
};

/** Each circle once, its members by name: `a ⇄ b`. */
export const circlesIn = (graph: Graph): readonly string[] => {
	const reached = new Map([...graph.keys()].map((place) => [place, reachedFrom(graph, place)]));
	const circles = [...reached].flatMap(([place, others]) =>
		others.has(place)
			? [
					[...others]
						.filter((other) => reached.get(other)?.has(place))
						.toSorted()
						.join(' ⇄ '),
				]
			: [],
	);
	return [...new Set(circles)];
};
