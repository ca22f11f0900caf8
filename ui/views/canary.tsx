// One Canary: where it is in its chart, what it waits for, what it may do next, and what somebody can do about it.
import {useEffect, useState} from 'preact/hooks';
import type {CanaryDetail} from '../../api/http/canary-views.ts';
import type {ChartView} from '../../api/http/chart-view.ts';
import type {StreamEvent} from '../../api/http/stream-events.ts';
import {pathWords} from '../../api/http/state-words.ts';
import {presentRun, recorded} from '../model/present-run.ts';
import {hashOf, noFilter, type CanaryPlace} from '../model/routes.ts';
import {countdownText, shortRevision} from '../model/words.ts';
import {pathOf} from '../net/api.ts';
import {chartOnce, now, useTick} from '../store.ts';
import {Actions} from './actions.tsx';
import {Checks} from './checks.tsx';
import {Course} from './course.tsx';
import {Difference} from './diff.tsx';
import {CommandLog, EventLog, TransitionLog} from './logs.tsx';
import {Next} from './next.tsx';
import {Age, Problem, StateBadge, WeightBar} from './pieces.tsx';
import {Replay} from './replay.tsx';
import {Runs} from './runs.tsx';
import {Statechart} from './statechart.tsx';
import {useAsked} from './use-asked.ts';
import {Workloads} from './workloads.tsx';

/** The outermost states in the order of life, as a line that one reads at a glance. */
const life = ['initialized', 'progressing', 'halted', 'promoting', 'finished', 'failed'];

const LifeLine = ({detail}: {readonly detail: CanaryDetail}) => (
	<ol class="life" aria-label="Outermost states">
		{life.map((state) => (
			<li
				key={state}
				class={state === detail.state ? `now ${detail.attention}` : ''}
				aria-current={state === detail.state ? 'step' : undefined}
			>
				{state}
			</li>
		))}
	</ol>
);

const Wait = ({detail: {wait, reason, message}}: {readonly detail: CanaryDetail}) => {
	useTick(250);
	return (
		<div class="wait">
			{reason === '' || reason === wait.text ? null : <p class="reason">{reason}</p>}
			<p>
				{wait.whom === 'nobody' ? message : `Waits for ${wait.text}`}
				{countdownText(wait.until, wait.untilWhat, now())}
			</p>
			{wait.afterwards === '' ? null : <p class="note">Then: {wait.afterwards}.</p>}
		</div>
	);
};

const Traffic = ({detail}: {readonly detail: CanaryDetail}) => (
	<div class="traffic">
		<p class="shares">
			<span>
				<b class="canary-share">{detail.weight} %</b> canary <code>{detail.target.name}</code>
			</span>
			<span>
				primary <code>{detail.primary.name}</code> <b>{100 - detail.weight} %</b>
			</span>
		</p>
		<WeightBar weight={detail.weight} steps={detail.steps} />
		{detail.route === undefined ? null : (
			<p class="note">
				{detail.route.name} leads {detail.route.host} to {detail.route.canary} : {detail.route.primary} as observed
			</p>
		)}
	</div>
);

const Problems = ({problems}: Pick<CanaryDetail, 'problems'>) =>
	problems.length === 0 ? null : (
		<section class="panel problem" aria-labelledby="problems">
			<h2 id="problems">To be mended</h2>
			<ul>
				{problems.map(({field, value, text, remedy}) => (
					<li key={`${field} ${text}`}>
						<code>{field}</code> {value === '' ? '' : `(${value}) `}
						{text}
						{remedy === '' ? '' : ` — ${remedy}`}
					</li>
				))}
			</ul>
		</section>
	);

const Head = ({detail}: {readonly detail: CanaryDetail}) => (
	<>
		<div class="title">
			<h1>
				{detail.name} <span class="namespace">{detail.namespace}</span>
			</h1>
			<StateBadge row={detail} />
			<p class="note">
				{pathWords(detail.path)} for <Age since={detail.since} />
				{detail.revision === '' ? null : (
					<>
						{' '}
						· revision <code title={detail.revision}>{shortRevision(detail.revision)}</code>
					</>
				)}
				{detail.suspended ? ' · suspended' : ''}
				{detail.failedChecks > 0
					? ` · ${detail.failedChecks}${detail.threshold === undefined ? '' : ` of ${detail.threshold}`} failed checks`
					: ''}
			</p>
		</div>
		<LifeLine detail={detail} />
	</>
);

type NowProps = {
	readonly place: CanaryPlace;
	readonly detail: CanaryDetail;
	readonly chart: ChartView | undefined;
};

const Now = ({place, detail, chart}: NowProps) => {
	useTick(1000);
	const last = detail.transitions.findLast(({from, to}) => from !== to);
	const story = presentRun(detail);
	const until = story?.ended === undefined ? now() : Date.parse(story.ended);
	return (
		<>
			<section class="panel now" aria-labelledby="now">
				<h2 id="now">Now</h2>
				<Wait detail={detail} />
				<Traffic detail={detail} />
				<Actions detail={detail} />
			</section>
			<Next detail={detail} />
			<section class="panel wide" aria-labelledby="chart">
				<h2 id="chart">Statechart</h2>
				{chart === undefined ? (
					<p class="note">Asking for the chart …</p>
				) : (
					<Statechart
						chart={chart}
						path={detail.path}
						cameFrom={last?.to === detail.path ? last.from : ''}
						open={detail.next.map(({to}) => to)}
					/>
				)}
			</section>
			{story === undefined ? null : (
				<section class="panel wide" aria-labelledby="course">
					<h2 id="course">{detail.run === undefined ? 'The last run' : 'This run'}</h2>
					<Course place={place} run="" story={story} until={until} />
				</section>
			)}
			<Difference which={detail} />
			<Checks detail={detail} />
			<Workloads detail={detail} />
			<TransitionLog transitions={detail.transitions.map((one) => recorded(one))} />
			<EventLog events={detail.events} />
			<CommandLog commands={detail.commands} />
		</>
	);
};

export const CanaryPage = ({place}: {readonly place: CanaryPlace}) => {
	const {namespace, name} = place;
	const concerns = ({data}: StreamEvent): boolean =>
		'name' in data && data.name === name && data.namespace === namespace;
	const {answer: detail, refused} = useAsked<CanaryDetail>(pathOf(place), concerns);
	const [chart, setChart] = useState<ChartView>();
	useEffect(() => {
		// Without a drawing all is told in words.
		chartOnce().then(setChart, () => {});
	}, [detail === undefined]);
	return (
		<>
			<nav aria-label="Where you are">
				<a href={hashOf({view: 'overview', filter: noFilter})}>All Canaries</a>
			</nav>
			{refused === undefined ? null : (
				<Problem
					title={detail === undefined ? name : 'What follows may be old'}
					text={refused.message}
					remedy={refused.remedy}
				/>
			)}
			{detail === undefined ? (
				refused === undefined && <p class="note">Asking …</p>
			) : (
				<>
					<Head detail={detail} />
					<Problems problems={detail.problems} />
					<div class="panels">
						{place.run === '' ? (
							<Now place={place} detail={detail} chart={chart} />
						) : (
							<Replay place={place} chart={chart} />
						)}
						<Runs place={place} />
					</div>
				</>
			)}
		</>
	);
};
