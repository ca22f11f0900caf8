// One Canary's ear for commands: hands them to its chart, and writes what the chart answers once that is recorded.
import type {Command} from '../../api/model.ts';
import {commandsInForce} from '../../machines/model/commands.ts';
import {factsOf, isUnderWay, stateOf} from '../../machines/facts.ts';
import type {Path, State} from '../../machines/facts.ts';
import type {Context} from '../../machines/model/context.ts';
import type {CanaryKey, CommandDesk} from '../supervision/command-desk.ts';
import type {CommandAnswer} from './onlookers.ts';

type Answered = CommandAnswer & {readonly name: string};

export type HearingOptions = {
	readonly desk: Pick<CommandDesk, 'attend' | 'answer'>;
	readonly canary: CanaryKey;
	readonly give: (command: Command) => void;
	/** Resolves once the state that the chart is in has been recorded; rejects when its life ends before. */
	readonly recorded: () => Promise<void>;
};

/** A run that is superseded has nothing more to obey. */
const isInForce = (path: Path): boolean => isUnderWay(path) && factsOf(path).course !== 'superseding';

/** Where a run ends, by how; elsewhere it goes on. */
const endings: Readonly<Partial<Record<State, string>>> = {
	finished: 'the revision was promoted',
	failed: 'the run has ended, and the primary has all traffic',
	initialized: 'the run has ended without a verdict',
};

/** Begins to hear with the first state that is published. */
export class Hearing {
	readonly #options: HearingOptions;
	#leave: (() => void) | undefined;
	#inForce: ReadonlySet<string> = new Set();
	readonly #hadBeenInForce = new Set<string>();
	#revision = '';

	constructor(options: HearingOptions) {
		this.#options = options;
	}

	/** The chart is in a state that is published. */
	entered(path: Path, context: Context): void {
		const {desk, canary, give} = this.#options;
		this.#revision = context.run.revision;
		const former = this.#inForce;
		this.#inForce = new Set(isInForce(path) ? commandsInForce(context) : []);
		const message = endings[stateOf(path)] ?? 'the run goes on';
		for (const name of former) {
			if (!this.#inForce.has(name)) {
				this.#write({name, outcome: 'Done', message});
			}
		}

		this.#leave ??= desk.attend(canary, (command, wasInForce) => {
			if (wasInForce) {
				this.#hadBeenInForce.add(command.name);
			}

			give(command);
		});
	}

	/** The chart has answered. A command of a run that ended while nobody lived here was carried out. */
	answered(said: Answered): void {
		const isOver = said.outcome === 'Refused' && this.#hadBeenInForce.has(said.name);
		this.#write(isOver ? {...said, outcome: 'Done', message: 'the run that it was for is over'} : said);
	}

	stop(): void {
		this.#leave?.();
	}

	#write({name, outcome, message}: Answered): void {
		const {desk, canary, recorded} = this.#options;
		const revision = this.#revision;
		recorded().then(
			() => desk.answer(canary, name, {outcome, message, revision}),
			// Its next life is given it again.
			() => {},
		);
	}
}
