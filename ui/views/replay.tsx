// A run as it was: a slider over everything that happened in it.
import {useState} from 'preact/hooks';
import type {ChartView} from '../../api/http/chart-view.ts';
import type {RunView} from '../../api/http/run-views.ts';
import type {StreamEvent} from '../../api/http/stream-events.ts';
import {pathWords} from '../../api/http/state-words.ts';
import {momentsOf, standingAt, storyUntil} from '../model/replay.ts';
import type {CanaryPlace} from '../model/routes.ts';
import {clockText, dateText, shortRevision, spanText} from '../model/words.ts';
import {pathOf} from '../net/api.ts';
import {Course} from './course.tsx';
import {CommandLog, TransitionLog} from './logs.tsx';
import {Problem, WeightBar} from './pieces.tsx';
import {Statechart} from './statechart.tsx';
import {useAsked} from './use-asked.ts';

type SliderProps = {readonly place: CanaryPlace; readonly run: RunView; readonly chart: ChartView | undefined};

const Slider = ({place, run, chart}: SliderProps) => {
	const moments = momentsOf(run);
	const [picked, pick] = useState<number>();
	const last = moments.length - 1;
	const index = Math.min(picked ?? last, last);
	const at = moments[index] ?? Date.parse(run.began);
	const {path, from, weight, reason, verdict} = standingAt(run, at);
	const then = `${clockText(at)}, ${spanText(at - Date.parse(run.began))} into the run: ${pathWords(path)}, canary ${weight} %`;
	return (
		<>
			<section class="panel wide replay" aria-labelledby="replay">
				<h2 id="replay">
					Run of {dateText(Date.parse(run.began))} <code>{shortRevision(run.revision)}</code>{' '}
					{run.outcome ?? 'under way'}
				</h2>
				{run.reason === undefined || run.reason === reason ? null : <p class="failing">{run.reason}</p>}
				<div class="slider">
					<button type="button" aria-label="What happened before" disabled={index <= 0} onClick={() => pick(index - 1)}>
						‹
					</button>
					<input
						type="range"
						aria-label="Instant of the run"
						aria-valuetext={then}
						min={0}
						max={Math.max(0, last)}
						value={index}
						onInput={({currentTarget}) => pick(currentTarget.valueAsNumber)}
					/>
					<button
						type="button"
						aria-label="What happened next"
						disabled={index >= last}
						onClick={() => pick(index + 1)}
					>
						›
					</button>
				</div>
				<p class="then">{then}</p>
				{reason === '' ? null : <p class="failing">{reason}</p>}
				<p class="note">
					{verdict === undefined
						? 'No round of checks yet.'
						: `Last round of checks ${verdict.outcome}${verdict.text === undefined ? '' : `: ${verdict.text}`}.`}
				</p>
				<WeightBar weight={weight} steps={[]} />
				<Course
					place={place}
					run={run.id}
					story={storyUntil(run, at)}
					until={Date.parse(run.ended ?? run.knownUntil ?? '') || (moments[last] ?? at)}
					cursor={at}
				/>
			</section>
			{chart === undefined ? null : (
				<section class="panel wide" aria-labelledby="chart">
					<h2 id="chart">Statechart then</h2>
					<Statechart chart={chart} path={path} cameFrom={from} open={[]} />
				</section>
			)}
			<TransitionLog transitions={storyUntil(run, at).transitions ?? []} />
			<CommandLog commands={storyUntil(run, at).commands ?? []} />
		</>
	);
};

export const Replay = ({place, chart}: {readonly place: CanaryPlace; readonly chart: ChartView | undefined}) => {
	const concerns = ({event, data}: StreamEvent): boolean =>
		(event === 'transition' || event === 'verdict') && data.name === place.name && data.namespace === place.namespace;
	const {answer, refused} = useAsked<RunView>(pathOf(place, `/runs/${encodeURIComponent(place.run)}`), concerns);
	if (answer === undefined) {
		return refused === undefined ? (
			<p class="note">Asking …</p>
		) : (
			<Problem title="This run" text={refused.message} remedy={refused.remedy} />
		);
	}

	return <Slider key={answer.id} place={place} run={answer} chart={chart} />;
};
