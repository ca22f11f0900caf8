// What a campaign is made of: the caller's way to the API server, and Prometheus. Nothing of ours need be installed.
import type {Services} from '../../actors/life/bindings.ts';
import type {Clock} from '../../services/clock.ts';
import {createDoor, type Transport} from '../../services/http/door.ts';
import {createApi} from '../../services/kubernetes/api.ts';
import type {Cluster, Resource} from '../../services/kubernetes/cluster.ts';
import type {Connection} from '../../services/kubernetes/connection.ts';
import {createCluster} from '../../services/kubernetes/live-cluster.ts';
import type {Log} from '../../services/log.ts';
import {istioQuestions} from '../../services/providers/istio/queries.ts';
import {runChecks} from '../../services/checks/checks.ts';
import {askedOnce, createAsk} from '../../services/metrics/asking.ts';
import type {Random} from '../../services/random.ts';
import {istioRouter as istio} from '../../services/providers/istio/router.ts';
import {deploymentWorkloads} from '../../services/workloads/deployment.ts';
import {openSurvey} from '../../services/survey/open-survey.ts';
import {CommandError} from '../errors.ts';
import {modelOf, type Settings} from './scan.ts';

export type Doors = {
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly transport?: Transport;
};

export type Opened = {readonly services: Services; close(): Promise<void>};

/** Opens the way to the API server and to Prometheus. */
export const openServices = (connection: Connection, metricsServer: string, doors: Doors): Opened => {
	const {clock, random, log, transport} = doors;
	const door = createDoor({clock, log, userAgent: 'rollout-cli', ...(transport !== undefined && {transport})});
	const api = createApi({connection, door, clock, random, log});
	const cluster = createCluster({api, clock, random, log});
	const ask = askedOnce(createAsk(door, clock));
	return {
		services: {
			cluster,
			clock,
			random,
			log,
			openSurvey: (model, onWorld) =>
				openSurvey({cluster, clock, model, onWorld, workloads: deploymentWorkloads, router: istio}),
			runChecks: (model, signal) => runChecks(model, {ask, questions: istioQuestions, metricsServer, clock, signal}),
		},
		close: () => door.close(),
	};
};

/** VirtualServices in the version that the cluster serves. Throws CommandError where there is no Istio. */
export const routesOf = async (cluster: Cluster, namespace: string, settings: Settings): Promise<Resource> => {
	const anyone = {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'any', namespace}};
	const [routes] = (await istio.parts(cluster, modelOf(anyone, 'any', settings))) ?? [];
	if (routes === undefined) {
		throw new CommandError('the cluster does not serve VirtualServices', 'install Istio and its CRDs first');
	}

	return routes.resource;
};
