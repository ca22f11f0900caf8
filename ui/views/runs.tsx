// The runs of a Canary, each a link to its replay.
import type {RunList} from '../../api/http/run-views.ts';
import type {StreamEvent} from '../../api/http/stream-events.ts';
import {hashOf, type CanaryPlace} from '../model/routes.ts';
import {dateText, shortRevision, spanText} from '../model/words.ts';
import {pathOf} from '../net/api.ts';
import {useAsked} from './use-asked.ts';

export const Runs = ({place}: {readonly place: CanaryPlace}) => {
	const concerns = ({event, data}: StreamEvent): boolean =>
		event === 'announcement' && data.name === place.name && data.namespace === place.namespace;
	const {answer, refused} = useAsked<RunList>(pathOf(place, '/runs'), concerns);
	return (
		<section class="panel" aria-labelledby="runs">
			<h2 id="runs">Runs</h2>
			{refused === undefined ? null : <p class="failing">{refused.message}</p>}
			{answer?.items.length === 0 ? <p class="note">None yet.</p> : null}
			<ul class="runs">
				{place.run === '' ? null : (
					<li>
						<a href={hashOf({...place, run: ''})}>Back to now</a>
					</li>
				)}
				{answer?.items.map(({id, began, ended, outcome, revision, reason = ''}) => (
					<li key={id}>
						<a href={hashOf({...place, run: id})} aria-current={id === place.run ? 'true' : undefined}>
							{dateText(Date.parse(began))}
						</a>{' '}
						<b class={outcome === 'failed' || outcome === 'rolled-back' ? 'failing' : ''}>{outcome ?? 'under way'}</b>{' '}
						{ended === undefined ? '' : `after ${spanText(Date.parse(ended) - Date.parse(began))}`}{' '}
						<code title={revision}>{shortRevision(revision)}</code>
						{reason === '' ? null : <span class="note">{reason}</span>}
					</li>
				))}
			</ul>
		</section>
	);
};
