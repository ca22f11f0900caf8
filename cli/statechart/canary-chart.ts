// The chart of a Canary with a sentence about each state: what is drawn, written to the docs and served to the page.
import {canaryMachine} from '../../machines/canary.ts';
import {descriptions} from '../../machines/words/descriptions.ts';
import {chartOf, type Chart, type ChartState} from './walk.ts';

const described = (states: ChartState['states'], around: string): ChartState['states'] =>
	Object.fromEntries(
		Object.entries(states).map(([name, state]) => {
			const path = around === '' ? name : `${around}.${name}`;
			const description = descriptions[path];
			return [name, {...(description !== undefined && {description}), ...state, states: described(state.states, path)}];
		}),
	);

/** Every state has its `description`. */
export const canaryChart = (): Chart => {
	const chart = chartOf(canaryMachine);
	return {...chart, states: described(chart.states, '')};
};
