// The notifiers by the type of their AlertProvider. A new one is one file, one test, one line here.
import {alertmanager} from './alertmanager.ts';
import {cloudEvents} from './cloud-events.ts';
import {discord} from './discord.ts';
import {gchat} from './gchat.ts';
import {jira} from './jira.ts';
import {msteams} from './msteams.ts';
import type {Notifier} from './notifier.ts';
import {rocket} from './rocket.ts';
import {slack} from './slack.ts';

const notifiers: ReadonlyMap<string, Notifier> = new Map([
	['slack', slack],
	['msteams', msteams],
	['discord', discord],
	['rocket', rocket],
	['gchat', gchat],
	['jira', jira],
	['alertmanager', alertmanager],
	['cloudevents', cloudEvents],
]);

/** Undefined for a type that there is none for. */
export const notifierOf = (type: string): Notifier | undefined => notifiers.get(type);
