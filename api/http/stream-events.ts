// The named events of the stream. Each has an id; a client that comes back with the last one it saw (`Last-Event-ID`,
// or `?last-event-id=`) is sent what it missed, or a `reset` when that is no longer known. `data` is one line of JSON.
import type {Static} from '@sinclair/typebox';
import {announcementView, canarySummary, commandView, transitionView} from './canary-views.ts';
import {choice, group, instant, list, maybe, number, percent, text} from './words.ts';

const whose = {namespace: text('Namespace of the Canary'), name: text('Name of the Canary')};

const measured = group(
	{
		metric: text('Name of the metric'),
		outcome: text('As in a check'),
		value: maybe(number('The value')),
		primary: maybe(number('The primary’s value, where the two are compared')),
		text: text('In words, unless it passed'),
	},
	'What one metric told',
);

/** Every event by its name, with the schema of its data. */
export const streamEvents = {
	reset: group(
		{canaries: list(canarySummary, 'All Canaries that there are: forget what was known before')},
		'The first event without a known id to resume from: everything anew',
	),
	canary: group({...whose, canary: canarySummary}, 'A Canary has come, or its line of the list has changed'),
	transition: group({...whose, transition: transitionView}, 'A Canary’s chart has changed its state'),
	verdict: group(
		{
			...whose,
			at: instant('When'),
			weight: percent('Share of traffic that the canary had'),
			outcome: choice(['passed', 'failed', 'unknown'], 'What the round said'),
			text: text('The first reason; empty if it passed'),
			checks: list(measured, 'By metric'),
		},
		'A round of checks was answered',
	),
	announcement: group({...whose, announcement: announcementView}, 'Something was announced about a Canary'),
	command: group({...whose, command: commandView}, 'A command was heard or answered'),
	gone: group(whose, 'A Canary is no more'),
	bye: group(
		{reason: text('Why'), retry: choice(['at once', 'later', 'never'], 'Whether to come back')},
		'The last event: the daemon ends this stream',
	),
} as const;

export type StreamEventName = keyof typeof streamEvents;
export type StreamEvent = {
	readonly [Name in StreamEventName]: {readonly event: Name; readonly data: Static<(typeof streamEvents)[Name]>};
}[StreamEventName];
