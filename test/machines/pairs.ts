// The words of the exploration: pairs of state and context, effects under way, what happens, and steps.
import type {AnyMachineSnapshot} from 'xstate';
import type {CanaryModel, Command, Verdict} from '../../api/model.ts';
import type {Path} from '../../machines/facts.ts';
import type {Context, Recalled} from '../../machines/model/context.ts';
import type {Edit, Sight, Standing} from './world.ts';

/** An effect that was begun and has not been answered. */
export type Effect = {readonly id: string; readonly src: string; readonly input: Record<string, unknown>};

export type Pair = {
	readonly path: Path;
	readonly context: Context;
	readonly snapshot: AnyMachineSnapshot;
	readonly standing: Standing;
	readonly effects: readonly Effect[];
	readonly key: string;
	/** How it was first reached. */
	readonly from?: {readonly pair: Pair; readonly by: string};
};

/** Something that can happen in a pair. */
export type Happening = {readonly name: string; readonly event: object; readonly standing: Standing};

export type Step = {
	readonly before?: Pair;
	readonly happening: Happening;
	readonly after: Pair;
	/** The effects that it began. */
	readonly begun: readonly Effect[];
	/** What was announced. */
	readonly said: readonly string[];
	/** How commands were answered. */
	readonly answered: readonly string[];
	/** The arrows that were taken, when the chart tells (anatomy.ts). */
	readonly taken: readonly string[];
};

export type Menu = {
	readonly name: string;
	readonly model: CanaryModel;
	readonly starts: ReadonlyArray<{readonly recalled: Recalled; readonly standing: Standing; readonly sight: Sight}>;
	readonly sights: readonly Sight[];
	readonly edits: readonly Edit[];
	readonly verdicts: ReadonlyArray<Verdict['outcome']>;
	/** What people ask for. */
	readonly commands?: readonly Command[];
};

/** A rule of a step; `broken` tells what is wrong, or nothing. */
export type Rule = {readonly name: string; readonly broken: (step: Step) => boolean | string | undefined};
