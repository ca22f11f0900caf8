// Facts that the canary's chart hears, in the past tense; each carries its instant.
import type {CanaryModel, Command, Instant} from '../../api/model.ts';
import type {CheckJudged} from '../analysis.ts';
import type {WorldObserved} from '../ports.ts';

export type Event =
	| {readonly type: 'canary changed'; readonly model: CanaryModel; readonly at: Instant}
	| {readonly type: 'command given'; readonly command: Command; readonly at: Instant}
	| WorldObserved
	| CheckJudged;
