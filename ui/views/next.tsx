// The ways on from the present state, each with what it lacks.
import type {CanaryDetail, NextView} from '../../api/http/canary-views.ts';
import {pathWords} from '../../api/http/state-words.ts';
import {isUsual, waysOn} from '../model/chart-focus.ts';
import {countdownText} from '../model/words.ts';
import {now, useTick} from '../store.ts';

const Way = ({way: {to, text, lacks, until, untilWhat}}: {readonly way: NextView}) => (
	<li>
		<span class="to">{pathWords(to)}</span> <span>when {text}</span>
		<span class="lacks">
			{lacks.length === 0 ? 'is being taken' : `lacks ${lacks.join(', and ')}`}
			{countdownText(until, untilWhat, now())}
		</span>
	</li>
);

export const Next = ({detail: {next, path}}: {readonly detail: CanaryDetail}) => {
	useTick(250);
	const ways = waysOn(next, path);
	const usual = ways.filter((way) => isUsual(way));
	const others = ways.filter((way) => !isUsual(way));
	return (
		<section class="panel" aria-labelledby="next">
			<h2 id="next">What can happen next</h2>
			{ways.length === 0 ? <p class="note">Nothing, until something changes.</p> : null}
			<ul class="ways">
				{usual.map((way) => (
					<Way key={way.id} way={way} />
				))}
			</ul>
			{others.length === 0 ? null : (
				<details open={usual.length === 0}>
					<summary>{others.length} that need somebody, or something to happen</summary>
					<ul class="ways">
						{others.map((way) => (
							<Way key={way.id} way={way} />
						))}
					</ul>
				</details>
			)}
		</section>
	);
};
