// Small pieces that several views show.
import type {CanarySummary} from '../../api/http/canary-views.ts';
import {attentionWords} from '../model/rows.ts';
import {clockText, dateText, spanText} from '../model/words.ts';
import {now} from '../store.ts';

/** A state by colour and by name. */
export const StateBadge = ({row}: {readonly row: Pick<CanarySummary, 'state' | 'attention' | 'custody'>}) => (
	<span class={`badge ${row.attention}`}>
		{row.state === '' ? row.custody : row.state}
		{row.attention === 'people' || row.attention === 'broken' ? ` · ${attentionWords[row.attention]}` : ''}
	</span>
);

/** The canary's share of traffic, and the steps that are still to come. */
export const WeightBar = ({weight, steps}: {readonly weight: number; readonly steps: readonly number[]}) => (
	<svg
		class="weight-bar"
		viewBox="0 0 100 10"
		preserveAspectRatio="none"
		role="img"
		aria-label={`canary ${weight} %, primary ${100 - weight} %`}
	>
		<rect class="of-primary" width="100" height="10" />
		<rect class="of-canary" width={weight} height="10" />
		{steps
			.filter((step) => step > 0 && step < 100)
			.map((step) => (
				<path key={step} class="step" d={`M${step} 0V10`} />
			))}
	</svg>
);

/** How long ago, with the instant itself. */
export const Age = ({since}: {readonly since: string}) => (
	<time dateTime={since} title={dateText(Date.parse(since))}>
		{spanText(now() - Date.parse(since))}
	</time>
);

export const Clock = ({at}: {readonly at: string}) => (
	<time dateTime={at} title={dateText(Date.parse(at))}>
		{clockText(Date.parse(at))}
	</time>
);

export const Problem = ({
	title,
	text,
	remedy,
}: {
	readonly title: string;
	readonly text: string;
	readonly remedy: string;
}) => (
	<div class="panel problem" role="alert">
		<strong>{title}</strong>
		<p>
			{text}
			{remedy === '' ? '' : ` — ${remedy}`}
		</p>
	</div>
);
