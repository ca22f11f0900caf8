// What the page knows, and components that are drawn anew when it changes.
import {useEffect, useState} from 'preact/hooks';
import type {CanarySummary} from '../api/http/canary-views.ts';
import type {ChartView} from '../api/http/chart-view.ts';
import type {About} from '../api/http/requests.ts';
import type {StreamEvent} from '../api/http/stream-events.ts';
import {pathWords} from '../api/http/state-words.ts';
import {attentionWords, applyEvent} from './model/rows.ts';
import {get} from './net/api.ts';
import {follow, type Connection} from './net/live.ts';

export type Cell<T> = {
	get(): T;
	set(value: T): void;
	subscribe(listener: () => void): () => void;
};

const cell = <T>(value: T): Cell<T> => {
	const listeners = new Set<() => void>();
	let current = value;
	return {
		get: () => current,
		set(next) {
			current = next;
			for (const listener of listeners) {
				listener();
			}
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
};

/** A cell's value, drawn anew when it is set. */
export const useCell = <T>(of: Cell<T>): T => {
	const [, redraw] = useState({});
	const drawn = of.get();
	useEffect(() => {
		if (of.get() !== drawn) {
			// It was set after this was drawn and before anybody listened.
			redraw({});
		}

		return of.subscribe(() => redraw({}));
	}, [of]);
	return drawn;
};

const rows = new Map<string, CanarySummary>();

/** The rows, with a new wrapper whenever they change. */
export const canaries = cell({rows: rows as ReadonlyMap<string, CanarySummary>, known: false});
export const connection = cell<Connection>({is: 'connecting'});
/** What a screen reader says next. */
export const said = cell('');
/** How far the daemon's clock is ahead of ours, in milliseconds. */
const ahead = cell(0);

export const now = (): number => Date.now() + ahead.get();

type Listener = (event: StreamEvent) => void;
const listeners = new Set<Listener>();

/** Hears every event of the stream until the answer is called. */
export const onEvent = (listener: Listener): (() => void) => {
	listeners.add(listener);
	return () => listeners.delete(listener);
};

let isDrawn = true;

/** At most once a frame, and ten times a second, however much happens. */
const drawSoon = (): void => {
	if (isDrawn) {
		isDrawn = false;
		window.setTimeout(() => {
			isDrawn = true;
			canaries.set({rows, known: true});
		}, 100);
	}
};

const NEWS = new Set<CanarySummary['attention']>(['broken', 'failed', 'people']);

/** Says aloud what somebody is needed for; all else can be looked at. */
const sayNews = ({event, data}: StreamEvent): void => {
	if (event === 'canary' && NEWS.has(data.canary.attention)) {
		const {namespace, name, kind, attention, path} = data.canary;
		if (rows.get(`${kind}/${namespace}/${name}`)?.attention !== attention) {
			said.set(`${name} in ${namespace}: ${attentionWords[attention]}, ${pathWords(path)}`);
		}
	}
};

const learnAbout = async (): Promise<void> => {
	const {now: theirs} = await get<About>('api/v1/about');
	ahead.set(Date.parse(theirs) - Date.now());
};

/** Begins to follow what happens; for the life of the page. */
export const stream = follow(
	(event) => {
		sayNews(event);
		if (applyEvent(rows, event)) {
			drawSoon();
		}

		for (const listener of listeners) {
			listener(event);
		}
	},
	(is) => {
		connection.set(is);
		if (is.is === 'live') {
			// A clock that cannot be asked is taken for ours.
			learnAbout().catch(() => {});
		}
	},
);

let chart: Promise<ChartView> | undefined;

/** The chart, asked for once. */
export const chartOnce = (): Promise<ChartView> => {
	chart ??= get<ChartView>('api/v1/chart').catch((error: unknown) => {
		chart = undefined;
		throw error;
	});
	return chart;
};

/** Draws anew every so often, for ages and counts down. */
export const useTick = (everyMs: number): void => {
	const [, redraw] = useState({});
	useEffect(() => {
		const timer = window.setInterval(() => redraw({}), everyMs);
		return () => {
			window.clearInterval(timer);
		};
	}, [everyMs]);
};
