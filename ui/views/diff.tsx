// What the new revision changes against the primary. Nothing is asked before somebody opens it.
import {useState} from 'preact/hooks';
import type {ConfigView, RevisionDiffView} from '../../api/http/diff-views.ts';
import type {StreamEvent} from '../../api/http/stream-events.ts';
import {diffLines, type DiffLine} from '../model/diff-lines.ts';
import {pathOf, type Which} from '../net/api.ts';
import {useAsked} from './use-asked.ts';

/** The sign for eyes, the word for ears: neither leaves it to the colour. */
const Mark = ({sign, word}: {readonly sign: string; readonly word: string}) => (
	<>
		<span aria-hidden="true">{sign} </span>
		<span class="unseen">{word}: </span>
	</>
);

const Line = ({kind, text}: DiffLine) =>
	kind === 'removed' ? (
		<del>
			<Mark sign="−" word="removed" />
			{text}
		</del>
	) : kind === 'added' ? (
		<ins>
			<Mark sign="+" word="added" />
			{text}
		</ins>
	) : kind === 'place' ? (
		<p class="note">{text}</p>
	) : (
		<span>
			{'  '}
			{text}
		</span>
	);

const Config = ({kind, before, after, where}: ConfigView) => (
	<li>
		{before === undefined ? 'New: ' : after === undefined ? 'No longer: ' : ''}
		{kind} <code>{before ?? after}</code>
		{before === undefined || after === undefined ? null : (
			<>
				{' '}
				is replaced by <code>{after}</code>
			</>
		)}
		<span class="note">{where.join(', ')}</span>
	</li>
);

const Configs = ({configs}: Pick<RevisionDiffView, 'configs'>) =>
	configs.length === 0 ? null : (
		<>
			<p>Other ConfigMaps and Secrets than before; the daemon does not read what is in them:</p>
			<ul>
				{configs.map((config) => (
					<Config key={`${config.kind} ${config.before ?? ''} ${config.after ?? ''}`} {...config} />
				))}
			</ul>
		</>
	);

const Shown = ({view}: {readonly view: RevisionDiffView}) => {
	const {kind, primary, canary, changes, unified, omitted, configs, command} = view;
	const count = changes.length === 1 ? 'One change' : `${changes.length} changes`;
	return (
		<>
			<p>
				{count} from {kind} <code>{primary.name}</code> as it runs (−) to what promoting <code>{canary.name}</code>{' '}
				would make of it (+).
			</p>
			<div class="diff" tabIndex={0} role="group" aria-label="Changes, line by line">
				{diffLines(unified).map((line, index) => (
					<Line key={index} {...line} />
				))}
			</div>
			{omitted === 0 ? null : <p class="failing">{omitted} more changes and lines are not shown here.</p>}
			<Configs configs={configs} />
			<p class="note">
				What looks like a secret is masked here. <code>{command}</code> shows all that you may read.
			</p>
		</>
	);
};

const Asked = ({which}: {readonly which: Which}) => {
	const {namespace, name} = which;
	const concerns = ({event, data}: StreamEvent): boolean =>
		event === 'canary' && data.name === name && data.namespace === namespace;
	const {answer, refused} = useAsked<RevisionDiffView>(pathOf(which, '/diff'), concerns);
	return (
		<>
			{refused === undefined ? null : (
				<p class="failing">
					{refused.message}
					{refused.remedy === '' ? '' : ` — ${refused.remedy}`}
				</p>
			)}
			{answer === undefined && refused === undefined ? <p class="note">Asking …</p> : null}
			{answer === undefined ? null : answer.same ? (
				<p>The primary runs this revision already.</p>
			) : (
				<Shown view={answer} />
			)}
		</>
	);
};

/** A panel that is closed at first. */
export const Difference = ({which}: {readonly which: Which}) => {
	const [isOpen, setOpen] = useState(false);
	return (
		<section class="panel wide" aria-labelledby="difference">
			<details
				onToggle={({currentTarget}) => {
					setOpen(currentTarget.open);
				}}
			>
				<summary>
					<h2 id="difference">What the new revision changes</h2>
				</summary>
				{isOpen ? <Asked which={which} /> : null}
			</details>
		</section>
	);
};
