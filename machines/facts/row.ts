// What one state of the chart means to those who do not follow its arrows.
import type {Course} from '../../api/courses.ts';
import type {Awaited, Phase} from '../../api/model.ts';
import type {RunOutcome} from '../../api/canary-run.ts';
import type {Context} from '../model/context.ts';
import type {HaltReason} from './halt-reasons.ts';
import type {Path, State} from './path.ts';

/** What it waits for, by name: the words are in words/explain.ts. */
export type Wait =
	| HaltReason
	| 'nothing'
	| 'a primary'
	| 'what is wrong'
	| 'the mending'
	| 'a new revision'
	| 'the weights'
	| 'a pod of the primary'
	| 'the step'
	| 'the rolling update'
	| 'the relief of the canary'
	| 'the drain';

/** What happens when the wait ends well, by name. */
export type Next =
	| 'a step'
	| 'the halted run'
	| 'the end of the promotion'
	| 'the way back'
	| 'a primary'
	| 'the relief of the canary'
	| 'rest'
	| 'a run';

export type StateFacts = {
	/** What it is for, in a sentence: for the drawn chart, its page and who reads its JSON. */
	readonly description: string;
	readonly course: Course;
	/** The peer's phase that the status shows. */
	readonly phase: Phase | ((context: Context) => Phase);
	/** What only a watch can tell: if the watch leaves it out, somebody must look. `nothing`: an effect is under way, it
	 * waits for time, checks or people, or is at rest. */
	readonly awaits: Awaited;
	/** Who ends the wait. */
	readonly whom: 'nobody' | 'the world' | 'people';
	/** Nothing but somebody's decision ends the wait well, so people are told of it. */
	readonly isForDecision?: boolean;
	readonly wait: Wait;
	readonly next: Next;
	/** What a run has come to that ends here. */
	readonly outcome?: RunOutcome;
};

/** A nested state has the facts of the state around it, unless it says otherwise. */
type Nested = Pick<StateFacts, 'description'> & Partial<StateFacts>;

/** A row for each path of one outermost state. */
export type Rows<Top extends State> = {
	readonly [P in Path as P extends Top | `${Top}.${string}` ? P : never]: P extends Top ? StateFacts : Nested;
};
