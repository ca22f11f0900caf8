// What has happened, newest first.
import type {CanaryDetail} from '../../api/http/canary-views.ts';
import {pathWords} from '../../api/http/state-words.ts';
import type {Story} from '../model/replay.ts';
import {Clock} from './pieces.tsx';

type Transitions = NonNullable<Story['transitions']>;

export const TransitionLog = ({transitions}: {readonly transitions: Transitions}) => (
	<section class="panel" aria-labelledby="log">
		<h2 id="log">Transitions</h2>
		<div class="log" tabIndex={0} role="group" aria-label="Transitions, newest first">
			<table>
				<thead>
					<tr>
						<th scope="col">At</th>
						<th scope="col">To</th>
						<th scope="col">By</th>
						<th scope="col">Weight</th>
					</tr>
				</thead>
				<tbody>
					{transitions.toReversed().map(({at, from = '', to, event = '', weight, reason = ''}, index) => (
						<tr key={transitions.length - index}>
							<td>
								<Clock at={at} />
							</td>
							<td title={from === '' ? '' : `from ${pathWords(from)}`}>
								{pathWords(to)}
								{reason === '' ? null : <span class="failing">{reason}</span>}
							</td>
							<td>{event}</td>
							<td>{weight} %</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	</section>
);

export const EventLog = ({events}: Pick<CanaryDetail, 'events'>) => (
	<section class="panel" aria-labelledby="events">
		<h2 id="events">Events</h2>
		<div class="log" tabIndex={0} role="group" aria-label="Events, newest first">
			{events.length === 0 ? <p class="note">None since this daemon started.</p> : null}
			<ul>
				{events.toReversed().map(({at, type, text}, index) => (
					<li key={events.length - index} class={type === 'Warning' ? 'failing' : ''}>
						<Clock at={at} /> {type === 'Warning' ? 'Warning: ' : ''}
						{text}
					</li>
				))}
			</ul>
		</div>
	</section>
);

export const CommandLog = ({commands}: {readonly commands: NonNullable<Story['commands']>}) =>
	commands.length === 0 ? null : (
		<section class="panel" aria-labelledby="commands">
			<h2 id="commands">What people asked</h2>
			<ul>
				{commands.toReversed().map(({at, name, verb, weight, requestedBy, reason, outcome, message = ''}) => (
					<li key={name}>
						<Clock at={at} /> <b>{verb}</b>
						{weight === undefined ? '' : ` ${weight} %`} by {requestedBy}: “{reason}”
						<span class={outcome === 'Refused' ? 'failing' : 'note'}>
							{outcome ?? 'not answered yet'}
							{message === '' ? '' : `: ${message}`}
						</span>
					</li>
				))}
			</ul>
		</section>
	);
