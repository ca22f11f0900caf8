// What is different between two values, member by member.
import {membersOf, pathOf} from './members.ts';

export type Change = {
	/** `spec.containers[podinfod].image` */
	readonly path: string;
	/** `moved`: the members of a list are the same, in another order, which `before` and `after` tell. */
	readonly kind: 'added' | 'removed' | 'changed' | 'moved';
	/** A text as it is, anything else as JSON; absent where there was nothing. */
	readonly before?: string;
	readonly after?: string;
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The names of the members that both have, in the order of the first. */
const common = (one: readonly string[], other: ReadonlySet<string>): readonly string[] =>
	one.filter((name) => other.has(name));

const moved = (path: string, before: readonly string[], after: readonly string[]): readonly Change[] => {
	const [was, is] = [common(before, new Set(after)).join(', '), common(after, new Set(before)).join(', ')];
	return was === is ? [] : [{path: pathOf(path), kind: 'moved', before: was, after: is}];
};

const below = (path: string, before: unknown, after: unknown): readonly Change[] => {
	if (before === undefined) return [{path: pathOf(path), kind: 'added', after: textOf(after)}];
	if (after === undefined) return [{path: pathOf(path), kind: 'removed', before: textOf(before)}];
	const [was, is] = [membersOf(before, after), membersOf(after, before)];
	if (was === undefined || is === undefined || isList(before) !== isList(after)) {
		return before === after
			? []
			: [{path: pathOf(path), kind: 'changed', before: textOf(before), after: textOf(after)}];
	}

	const names = [...new Set([...was.keys(), ...is.keys()])];
	return [
		...names.flatMap((name) => below(`${path}${name}`, was.get(name), is.get(name))),
		...(isList(before) ? moved(path, [...was.keys()], [...is.keys()]) : []),
	];
};

/** Every change on the way from one value to another; none when they are the same. Values are plain, without nulls. */
export const changesOf = (before: unknown, after: unknown): readonly Change[] => below('', before, after);
