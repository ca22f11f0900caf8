// The chart of a Canary with a sentence about each state: what is drawn, written to the docs and served to the page.
import {canaryMachine} from '../../machines/canary.ts';
import {factsOf, isPath} from '../../machines/facts.ts';
import {chartOf, type Chart, type ChartState} from './walk.ts';

const described = (states: ChartState['states'], around: string): ChartState['states'] =>
	Object.fromEntries(
		Object.entries(states).map(([name, state]) => {
			const path = around === '' ? name : `${around}.${name}`;
			const {description = ''} = isPath(path) ? factsOf(path) : {};
			return [name, {description, ...state, states: described(state.states, path)}];
		}),
	);

/** Every state has its `description`. */
export const canaryChart = (): Chart => {
	const chart = chartOf(canaryMachine);
	return {...chart, states: described(chart.states, '')};
};
