// The daemon as kubectl sees it: it runs in a thread of the sandbox, and a Deployment stands for it, so that
// `kubectl logs -n aviary-system deployment/aviary` answers what it has said.
import type {Clock} from '../services/clock.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import type {Log} from '../services/log.ts';
import {createLog} from '../services/telemetry/log.ts';
import type {PodLog} from './api/pod-logs.ts';

const NAMESPACE = 'aviary-system';
const labels = {'app.kubernetes.io/name': 'aviary'};
/** More than a person scrolls back; a line has a few hundred bytes. */
const LINES_MAX = 2000;

/** What stands for the daemon in the cluster. */
export const daemonObjects: readonly KubeObject[] = [
	{apiVersion: 'v1', kind: 'Namespace', metadata: {name: NAMESPACE}},
	{
		apiVersion: 'apps/v1',
		kind: 'Deployment',
		metadata: {name: 'aviary', namespace: NAMESPACE, labels},
		spec: {
			replicas: 1,
			selector: {matchLabels: labels},
			template: {metadata: {labels}, spec: {containers: [{name: 'aviary', image: 'aviary'}]}},
		},
	},
];

export type DaemonLog = {
	/** Writes to the log that was given and keeps the lines, too, from `info` up. */
	readonly log: Log;
	/** The daemon's lines for its own pod; undefined for any other. */
	of(pod: {readonly namespace: string}): PodLog | undefined;
};

/** A log for the daemon that can be read back. */
export const createDaemonLog = (log: Log, clock: Clock): DaemonLog => {
	const lines: string[] = [];
	const followers = new Set<(line: string) => void>();
	const write = (line: string): void => {
		lines.push(line);
		if (lines.length > LINES_MAX) lines.shift();
		for (const follower of followers) follower(line.trimEnd());
	};

	const kept = createLog({level: 'info', clock, write});
	const both =
		(level: keyof Log): Log['info'] =>
		(message, fields) => {
			log[level](message, fields);
			kept[level](message, fields);
		};
	return {
		log: {debug: both('debug'), info: both('info'), warn: both('warn'), error: both('error')},
		of({namespace}) {
			if (namespace !== NAMESPACE) return undefined;
			return {
				text: lines.join(''),
				follow(onLine) {
					followers.add(onLine);
					return () => {
						followers.delete(onLine);
					};
				},
			};
		},
	};
};
