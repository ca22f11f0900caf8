// The course of a run: what was recorded, and beside it what the metrics server has of canary and primary.
import type {SeriesView} from '../../api/http/series-views.ts';
import type {StreamEvent} from '../../api/http/stream-events.ts';
import {missingIn} from '../model/lanes.ts';
import type {CanaryPlace} from '../model/routes.ts';
import {pathOf} from '../net/api.ts';
import {Timeline, type TimelineProps} from './timeline.tsx';
import {useAsked} from './use-asked.ts';

const TOLD = 3;

/** Each kind of line by its dashes and its name. */
const Legend = () => (
	<p class="legend">
		{[
			['values', 'canary'],
			['values of-primary', 'primary'],
			['limit', 'limit'],
			['mark bad', 'halted or failed'],
			['mark command', 'command'],
		].map(([kind, name]) => (
			<span key={name}>
				<svg width="28" height="10" aria-hidden="true">
					<path class={kind} d="M0 5H28" />
				</svg>
				{name}
			</span>
		))}
	</p>
);

const Missing = ({texts}: {readonly texts: readonly string[]}) =>
	texts.length === 0 ? null : (
		<p class="note missing">
			Not drawn: {texts.slice(0, TOLD).join('; ')}
			{texts.length > TOLD ? `; and ${texts.length - TOLD} more` : ''}.
		</p>
	);

export type CourseProps = Omit<TimelineProps, 'series'> & {
	readonly place: CanaryPlace;
	/** The run's name; empty for the one under way, or the last one. */
	readonly run: string;
};

export const Course = ({place, run, ...timeline}: CourseProps) => {
	const concerns = ({event, data}: StreamEvent): boolean =>
		(event === 'verdict' || event === 'transition') && data.name === place.name && data.namespace === place.namespace;
	const {answer, refused} = useAsked<SeriesView>(pathOf(place, '/series', run === '' ? {} : {run}), concerns);
	return (
		<div class="timeline">
			<Legend />
			<Timeline {...timeline} series={answer} />
			<Missing texts={refused === undefined ? missingIn(answer) : [`the primary, for ${refused.message}`]} />
		</div>
	);
};
