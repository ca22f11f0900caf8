// How a metric is compared with the primary's, wherever the HTTP interface tells of one.
import {choice, group, maybe, number} from './words.ts';

/** Absent where a metric is judged by its bounds. */
export const comparisonView = maybe(
	group(
		{
			by: choice(['ratio', 'difference'], 'What the tolerance is: a share of the primary’s value, or an amount'),
			tolerance: number('How far the canary may be from the primary'),
			worse: choice(['higher', 'lower', 'either'], 'On which side'),
		},
		'How the canary is compared with the primary; absent where it is not',
	),
);
