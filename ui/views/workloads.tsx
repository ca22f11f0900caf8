// Target and primary, their pods, and why pods are not ready.
import type {CanaryDetail} from '../../api/http/canary-views.ts';
import {shortRevision} from '../model/words.ts';

export const Workloads = ({detail: {workloads, scalers}}: {readonly detail: CanaryDetail}) => (
	<section class="panel" aria-labelledby="pods">
		<h2 id="pods">Pods</h2>
		<table>
			<thead>
				<tr>
					<th scope="col">Workload</th>
					<th scope="col">Ready</th>
					<th scope="col">Revision</th>
				</tr>
			</thead>
			<tbody>
				{workloads.map(({role, kind, name, found, replicas, ready, updated, revision, trouble, hosts}) => (
					<tr key={`${role} ${name}`}>
						<th scope="row">
							{name}
							<span class="note">
								{role}, {kind}
								{hosts.length === 0 ? '' : `, ${hosts.join(', ')}`}
							</span>
							{trouble === '' ? null : <span class="failing">{trouble}</span>}
						</th>
						<td>
							{found ? `${ready} of ${replicas}` : 'not there'}
							{found && updated < replicas ? ` (${updated} updated)` : ''}
						</td>
						<td>
							<code title={revision}>{shortRevision(revision)}</code>
						</td>
					</tr>
				))}
			</tbody>
		</table>
		{scalers.map(({name, of, current, desired, min}) => (
			<p key={name} class="note">
				{name} scales the {of}: {current} pods, wants {desired}, at least {min}
			</p>
		))}
	</section>
);
