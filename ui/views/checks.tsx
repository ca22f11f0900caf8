// The metrics of the analysis, with their last values.
import type {CanaryDetail} from '../../api/http/canary-views.ts';
import {limitText} from '../../api/http/limit-words.ts';
import {metricName, valueText} from '../model/words.ts';
import {Clock} from './pieces.tsx';

export const Checks = ({detail: {checks, verdict, analysis}}: {readonly detail: CanaryDetail}) => (
	<section class="panel" aria-labelledby="checks">
		<h2 id="checks">Checks</h2>
		{checks.length === 0 ? (
			<p class="note">No metrics are asked.</p>
		) : (
			<table>
				<thead>
					<tr>
						<th scope="col">Metric</th>
						<th scope="col">Allowed</th>
						<th scope="col">Last</th>
						<th scope="col">Outcome</th>
					</tr>
				</thead>
				<tbody>
					{checks.map((check) => (
						<tr key={check.metric}>
							<th scope="row" title={check.query ?? check.metric}>
								{metricName(check.metric)}
							</th>
							<td>{limitText(check)}</td>
							<td>
								{check.value === undefined ? '–' : valueText(check, check.value)}
								{check.primary === undefined ? null : (
									<span class="note">primary {valueText(check, check.primary)}</span>
								)}
							</td>
							<td class={check.outcome === 'passed' || check.outcome === '' ? '' : 'failing'} title={check.text}>
								{check.outcome === '' ? 'not asked yet' : check.outcome}
								{check.text === '' ? '' : `: ${check.text}`}
							</td>
						</tr>
					))}
				</tbody>
			</table>
		)}
		<p class="note">
			{analysis.skipped ? 'Runs are promoted without analysis. ' : `Asked every ${analysis.interval} s. `}
			{verdict === undefined ? null : (
				<>
					Last round <Clock at={verdict.at} />: {verdict.outcome}
					{verdict.text === '' ? '' : `, ${verdict.text}`}.
				</>
			)}
		</p>
	</section>
);
