// The states of a Canary's chart by their paths, read off the chart's own type: a state that is renamed, added or taken
// away is missed wherever its path is written.
import type {StateValueFrom} from 'xstate';
import type {canaryMachine} from '../canary.ts';

type Within<Value> = Value extends string
	? Value
	: {[Key in keyof Value & string]: `${Key}.${Within<NonNullable<Value[Key]>>}`}[keyof Value & string];

/** A state as a path, outermost first: `progressing.soaking`. States around others have one too. */
export type Path = Within<StateValueFrom<typeof canaryMachine>>;

/** An outermost state: what `status.state` shows. */
export type State = Exclude<Path, `${string}.${string}`>;

const textOf = (value: unknown): string => {
	if (typeof value === 'string') {
		return value;
	}

	const [entry] = Object.entries(value as Record<string, unknown>);
	return entry === undefined ? '' : `${entry[0]}.${textOf(entry[1])}`;
};

/** The path of a value of the chart: one active child at each level. */
export const pathOf = (value: unknown): Path => textOf(value) as Path;
