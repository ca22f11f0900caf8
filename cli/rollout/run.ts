// One run of the command `rollout`, from its flags to its exit code.
import {GIVE_BACK_MS} from '../../actors/record/annotated-run.ts';
import {wallClock} from '../../services/clock.ts';
import type {Resource} from '../../services/kubernetes/cluster.ts';
import {loadConnection} from '../../services/kubernetes/connection.ts';
import {deployments, pathOf} from '../../services/kubernetes/resources.ts';
import type {Log} from '../../services/log.ts';
import {systemRandom} from '../../services/random.ts';
import {createLog, type Level} from '../../services/telemetry/log.ts';
import {openAccess, type Access, type AccessOptions} from '../cluster-access.ts';
import {onStopSignal} from '../signals.ts';
import type {Terminal} from '../terminal.ts';
import {startCampaign, type Campaign, type CampaignOptions} from './campaign.ts';
import {reportOn, type Report, type Result} from './report.ts';
import type {Settings} from './scan.ts';
import {openServices, routesOf} from './services.ts';
import {exitCodeAfter, exitCodeOf} from './words.ts';

export type RolloutFlags = AccessOptions &
	Settings & {
		readonly mode: CampaignOptions['mode'];
		readonly isRetrying: boolean;
		readonly output: 'text' | 'json';
		readonly logLevel: Level;
	};

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
const assertAnswers = async (access: Access): Promise<void> => {
	const {namespace} = access;
	const path = pathOf(deployments, namespace);
	await access.request(
		{verb: 'list', resource: 'deployments.apps', path, query: {limit: '1'}},
		`list deployments in ${namespace}`,
	);
};

const interrupt = async (campaign: Campaign | undefined, report: Report): Promise<readonly Result[]> => {
	if (campaign?.isUnderWay() !== true) {
		report.noted('interrupted; nothing is under way');
	} else {
		const within = `within ${GIVE_BACK_MS / 1000} s`;
		report.noted(`interrupted: giving all traffic to GA ${within}; once more ends at once, with the traffic as it is`);
	}

	return (await campaign?.interrupt()) ?? [];
};

/** Runs until all is done, or a signal; the answer is the exit code. */
export const runRollout = async (flags: RolloutFlags, terminal: Terminal): Promise<number> => {
	const report = reportOn(terminal, flags.output);
	const log = tellingLog(createLog({level: flags.logLevel, clock: wallClock}), report);
	const access = openAccess(flags);
	const {kubeconfig, context, metricsServer, mode, isRetrying} = flags;
	const doors = {clock: wallClock, random: systemRandom, log};
	const opened = openServices(loadConnection({clock: wallClock, kubeconfig, context}), metricsServer, doors);
	const {services} = opened;
	const {namespace} = access;
	const stop = onStopSignal();
	const begin = async (): Promise<Resource> => {
		await assertAnswers(access);
		return routesOf(services.cluster, namespace, flags);
	};
	let campaign: Campaign | undefined;
	try {
		const resource = await Promise.race([begin(), stop.asked]);
		if (resource !== undefined) {
			campaign = startCampaign({services, resource, namespace, settings: flags, mode, isRetrying, report});
			const results = await Promise.race([campaign.ended, stop.asked]);
			if (results !== undefined) {
				return exitCodeOf(results);
			}
		}

		return exitCodeAfter(stop.signal() ?? 'SIGTERM', await interrupt(campaign, report));
	} finally {
		campaign?.stop();
		stop.dispose();
		await Promise.all([access.close(), opened.close()]);
	}
};
