// Blue/green: the canary is checked for so many rounds without users, then gets them all, or is promoted where nothing
// is routed.
import type {Step} from '../plan.ts';
import {at, isAbsent, isSet} from '../reading.ts';
import {noShare} from '../shares.ts';
import {iterationsOf} from './iterations.ts';
import {isRouteless, type Asked, type Strategy} from './strategy.ts';

/** The peer's, where a provider that routes nothing is asked for weights. */
const ITERATIONS = 10;

const stepFields = ['stepWeight', 'stepWeights'] as const;

const hasWeights = (analysis: unknown): boolean => stepFields.some((name) => isSet(at(analysis, name)));

/** Said in the peer's words, and the run goes on without. */
const warnOfWeights = ({analysis, field, provider, findings}: Asked): void => {
	const written = stepFields.find((name) => isSet(at(analysis, name))) ?? 'iterations';
	const text = `Progressive traffic is not supported when using the ${provider} provider: ${ITERATIONS} iterations are made instead`;
	findings.warn(`${field}.${written}`, at(analysis, written), text, `Set ${field}.iterations`);
};

const warnOfMatch = ({analysis, field, provider, findings}: Asked): void => {
	const text = `A/B testing is not supported when using the ${provider} provider`;
	findings.warn(`${field}.match`, at(analysis, 'match'), text, 'Remove match');
};

const roundsOf = (asked: Asked): number => {
	const written = at(asked.analysis, 'iterations');
	if (isRouteless(asked) && !isSet(written)) {
		warnOfWeights(asked);
		return ITERATIONS;
	}

	return iterationsOf(asked);
};

export const blueGreen: Strategy = {
	// With no weights either, 0 is a mistake of its own.
	isAsked: (asked) => {
		const {analysis} = asked;
		const written = at(analysis, 'iterations');
		return isSet(written) || isRouteless(asked) || (!isAbsent(written) && !hasWeights(analysis));
	},
	plan(asked) {
		if (isRouteless(asked) && isSet(at(asked.analysis, 'match'))) {
			warnOfMatch(asked);
		}

		const checked: Step = {share: noShare, rounds: roundsOf(asked), tells: 'rounds'};
		const switched: Step = {share: {canary: 100}, rounds: 1, tells: 'switch'};
		return {
			strategy: 'blue-green',
			steps: isRouteless(asked) ? [checked] : [checked, switched],
			promotion: [],
		};
	},
};
