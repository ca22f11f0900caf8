// One run of the command `rollout`, from its flags to its exit code.
import {wallClock} from '../../services/clock.ts';
import {loadConnection} from '../../services/kubernetes/connection.ts';
import {deployments, pathOf} from '../../services/kubernetes/resources.ts';
import type {Log} from '../../services/log.ts';
import {systemRandom} from '../../services/random.ts';
import {createLog, type Level} from '../../services/telemetry/log.ts';
import {openAccess, type AccessOptions} from '../cluster-access.ts';
import {onStopSignal} from '../signals.ts';
import type {Terminal} from '../terminal.ts';
import {startCampaign, type CampaignOptions} from './campaign.ts';
import {reportOn, type Report} from './report.ts';
import type {Settings} from './scan.ts';
import {openServices, routesOf} from './services.ts';
import {exitCodeOf} from './words.ts';

export type RolloutFlags = AccessOptions &
	Settings & {
		readonly mode: CampaignOptions['mode'];
		readonly isRetrying: boolean;
		readonly output: 'text' | 'json';
		readonly logLevel: Level;
	};

const INTERRUPTED = 130;
const TERMINATED = 143;

/** What is tried again is told to whoever waits for it. */
const tellingLog = (log: Log, report: Report): Log => ({
	...log,
	warn(message, fields = {}) {
		log.warn(message, fields);
		const {error} = fields;
		report.noted(typeof error === 'string' ? `${message}: ${error}` : message);
	},
});

/** Asks once for what is wanted first, so that a refusal ends the command with its remedy. */
const assertAnswers = async (flags: RolloutFlags): Promise<string> => {
	const access = openAccess(flags);
	try {
		const {namespace} = access;
		const path = pathOf(deployments, namespace);
		await access.request(
			{verb: 'list', resource: 'deployments.apps', path, query: {limit: '1'}},
			`list deployments in ${namespace}`,
		);
		return namespace;
	} finally {
		await access.close();
	}
};

/** Runs until all is done, or a signal; the answer is the exit code. */
export const runRollout = async (flags: RolloutFlags, terminal: Terminal): Promise<number> => {
	const stop = onStopSignal();
	const namespace = await assertAnswers(flags);
	const {kubeconfig, context} = flags;
	const report = reportOn(terminal, flags.output);
	const log = tellingLog(createLog({level: flags.logLevel, clock: wallClock}), report);
	const doors = {clock: wallClock, random: systemRandom, log};
	const connection = loadConnection({clock: wallClock, kubeconfig, context});
	const opened = openServices(connection, flags.metricsServer, doors);
	try {
		const {services} = opened;
		const resource = await routesOf(services.cluster, namespace, flags);
		const {mode, isRetrying} = flags;
		const campaign = startCampaign({services, resource, namespace, settings: flags, mode, isRetrying, report});
		const results = await Promise.race([campaign.ended, stop.asked]);
		if (results !== undefined) {
			campaign.stop();
			return exitCodeOf(results);
		}

		report.noted('interrupted: giving all traffic to GA; once more ends at once, with the traffic as it is');
		await campaign.interrupt();
		return stop.signal() === 'SIGINT' ? INTERRUPTED : TERMINATED;
	} finally {
		stop.dispose();
		await opened.close();
	}
};
