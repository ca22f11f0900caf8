// All Canaries. Only the rows in sight are in the document, so that ten thousand are as quick as ten.
import {useEffect, useLayoutEffect, useMemo, useRef, useState} from 'preact/hooks';
import type {CanarySummary} from '../../api/http/canary-views.ts';
import {pathWords} from '../../api/http/state-words.ts';
import {hashOf, type Filter} from '../model/routes.ts';
import {attentionWords, countsOf, keyOf, namespacesOf, shownRows, windowOf} from '../model/rows.ts';
import {canaries, connection, useCell, useTick} from '../store.ts';
import {Filters} from './filters.tsx';
import {Age, StateBadge, WeightBar} from './pieces.tsx';

const progress = ({run, round, steps, stepWeight}: CanarySummary): string => {
	if (run === undefined || steps.length === 0) {
		return '';
	}

	if (round !== undefined) {
		return `round ${round.at} of ${round.of}`;
	}

	const done = steps.filter((step) => step <= stepWeight).length;
	return `step ${done} of ${steps.length}`;
};

const checks = ({failedChecks, threshold}: CanarySummary): string =>
	failedChecks === 0 ? '' : `${failedChecks}${threshold === undefined ? '' : ` of ${threshold}`} failed`;

/** What halts a run is what it waits for; a failure is told as it is. */
const why = ({attention, reason, waitingFor}: CanarySummary): string => {
	if (reason !== '' && reason !== waitingFor) {
		return reason;
	}

	return attention === 'rest' || waitingFor === '' ? '' : `waits for ${waitingFor}`;
};

type RowProps = {readonly row: CanarySummary; readonly index: number; readonly top: number};

const Row = ({row, index, top}: RowProps) => {
	const {namespace, name, kind, weight, steps, path, since} = row;
	return (
		<div class="row" role="row" aria-rowindex={index + 2} style={{top: `${top}px`}}>
			<div class="name" role="cell">
				<a href={hashOf({view: 'canary', namespace, name, kind, run: ''})} data-row={index}>
					{name}
				</a>
				<span class="namespace">
					{namespace}
					{kind === 'Rollout' ? ' · Rollout' : ''}
				</span>
			</div>
			<div class="state" role="cell">
				<StateBadge row={row} />
				<span class="nested">{pathWords(path.split('.').slice(1).join('.'))}</span>
			</div>
			<div class="weight" role="cell">
				<WeightBar weight={weight} steps={steps} />
				<span class="number">{weight} %</span>
			</div>
			<div class="progress" role="cell">
				<span>{progress(row)}</span> <span class="failing">{checks(row)}</span>
			</div>
			<div class="why" role="cell" title={why(row)}>
				{why(row)}
			</div>
			<div class="age" role="cell">
				<Age since={since} />
			</div>
		</div>
	);
};

const heads = ['Canary', 'State', 'Traffic', 'Progress', 'Why', 'For'];

/** The distance of rows, which the style sheet decides: rows are taller on a phone. */
const rowHeight = (): number =>
	Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 44;

/** How much of the list is in sight; the window scrolls, not the list. */
const useSight = (list: {readonly current: HTMLElement | null}) => {
	const [sight, setSight] = useState({top: 0, height: 800, row: 44});
	useLayoutEffect(() => {
		const look = (): void => {
			const top = -(list.current?.getBoundingClientRect().top ?? 0);
			const row = rowHeight();
			setSight((before) =>
				// Rows change only when another one comes into sight.
				Math.floor(before.top / row) === Math.floor(top / row) && before.height === innerHeight && before.row === row
					? before
					: {top, height: innerHeight, row},
			);
		};
		look();
		window.addEventListener('scroll', look, {passive: true});
		window.addEventListener('resize', look);
		return () => {
			window.removeEventListener('scroll', look);
			window.removeEventListener('resize', look);
		};
	}, []);
	return sight;
};

const moves: Readonly<Record<string, number>> = {ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10};

/** The keys of a list: to another row, drawn or not. */
const moveFocus = (event: KeyboardEvent, count: number, list: HTMLElement | null, row: number): void => {
	const from = event.target instanceof HTMLElement ? event.target.dataset['row'] : undefined;
	const to =
		event.key === 'Home' ? 0 : event.key === 'End' ? count - 1 : Number(from) + (moves[event.key] ?? Number.NaN);
	if (from === undefined || list === null || Number.isNaN(to)) {
		return;
	}

	event.preventDefault();
	const index = Math.max(0, Math.min(count - 1, to));
	const top = index * row + list.getBoundingClientRect().top;
	if (top < row * 3 || top > innerHeight - row * 2) {
		window.scrollBy(0, top - innerHeight / 2);
	}

	const focus = (tries: number): void => {
		const link = list.querySelector<HTMLElement>(`[data-row="${index}"]`);
		if (link === null && tries > 0) {
			requestAnimationFrame(() => {
				focus(tries - 1);
			});
		}

		link?.focus({preventScroll: true});
	};
	focus(20);
};

const Counts = ({all, shown}: {readonly all: Iterable<CanarySummary>; readonly shown: number}) => (
	<p class="counts">
		<span>{shown} shown</span>
		{countsOf(all).map(([attention, count]) => (
			<span key={attention} class={`badge ${attention}`}>
				{count} {attentionWords[attention]}
			</span>
		))}
	</p>
);

export const Overview = ({filter}: {readonly filter: Filter}) => {
	const known = useCell(canaries);
	const link = useCell(connection);
	useTick(1000);
	const {search, state, namespace, sort} = filter;
	const shown = useMemo(
		() => shownRows(known.rows.values(), {search, state, namespace, sort}),
		[known, search, state, namespace, sort],
	);
	const namespaces = useMemo(() => namespacesOf(known.rows.values()), [known]);
	const list = useRef<HTMLDivElement>(null);
	const sight = useSight(list);
	const {first, last} = windowOf(shown.length, sight.row, sight.top, sight.height);
	useEffect(() => {
		if (search !== '' || state !== '' || namespace !== '') {
			window.scrollTo(0, 0);
		}
	}, [search, state, namespace, sort]);
	return (
		<>
			<h1 class="unseen">Canaries</h1>
			<div class="tools">
				<Filters filter={filter} namespaces={namespaces} />
				<Counts all={known.rows.values()} shown={shown.length} />
			</div>
			<div class="table" role="table" aria-label="Canaries" aria-rowcount={shown.length + 1}>
				<div role="rowgroup" class="heads">
					<div class="row head" role="row" aria-rowindex={1}>
						{heads.map((head) => (
							<div key={head} role="columnheader">
								{head}
							</div>
						))}
					</div>
				</div>
				<div
					ref={list}
					role="rowgroup"
					class="rows"
					style={{height: `${shown.length * sight.row}px`}}
					onKeyDown={(event) => {
						moveFocus(event, shown.length, list.current, sight.row);
					}}
				>
					{shown.slice(first, last).map((row, at) => (
						<Row key={keyOf(row)} row={row} index={first + at} top={(first + at) * sight.row} />
					))}
				</div>
			</div>
			{known.known ? null : <p class="empty">{'why' in link ? `Nothing is known yet: ${link.why}.` : 'Asking …'}</p>}
			{shown.length === 0 && known.known ? (
				<p class="empty">
					{known.rows.size === 0
						? 'There are no Canaries yet. Apply one, and it appears here.'
						: 'No Canary is like that.'}
				</p>
			) : null}
		</>
	);
};
