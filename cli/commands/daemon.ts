// `aviary daemon`: the operator itself.
import {Option, type Command} from 'commander';
import type {DaemonConfig} from '../../index.ts';
import {knownProviders} from '../../api/providers.ts';
import {CommandError} from '../errors.ts';
import {duration, examples, httpAddress, kubeconfig, logLevel, namespaceNames, wholeNumber} from '../flags.ts';
import {inspectOption, type InspectFlags} from '../inspect-flag.ts';
import {leaderElectionOf, leaderElectionOptions, type LeaderElectionFlags} from '../leader-election.ts';
import {notifyOf, notifyOptions, type NotifyFlags} from '../notify.ts';
import {buildPageFromSources} from '../page-files.ts';
import {pageOf, pageOptions, type PageFlags} from '../page-flags.ts';
import {recordOptions, recordsOf, type RecordFlags} from '../run-records.ts';
import {onStopSignal} from '../signals.ts';
import {mappingOption, mappingsOf, type MappingFlags} from '../workload-mappings.ts';

type Flags = Pick<
	DaemonConfig,
	'kubeconfig' | 'metricsServer' | 'meshProvider' | 'logLevel' | 'logLevelFile' | 'port'
> &
	InspectFlags &
	LeaderElectionFlags &
	MappingFlags &
	NotifyFlags &
	PageFlags &
	RecordFlags & {
		readonly controlLoopInterval: number;
		readonly namespace?: readonly string[];
	};

const explainFailure =
	({port}: DaemonConfig) =>
	(error: NodeJS.ErrnoException): never => {
		const isTaken = error.code === 'EADDRINUSE';
		throw new CommandError(
			isTaken ? `port ${port} is taken` : `the daemon cannot start: ${error.message}`,
			isTaken ? 'choose another one by --port' : 'check --kubeconfig, or KUBECONFIG',
			{cause: error},
		);
	};

/** Runs until a signal asks it to stop; the answer is the exit code. */
const run = async (config: DaemonConfig): Promise<number> => {
	const stop = onStopSignal();
	if (config.ui !== undefined) {
		void buildPageFromSources();
	}

	const {startDaemon} = await import('../../index.ts');
	// Whoever asks it to stop while it still starts need not wait: nothing is under way yet.
	const daemon = await Promise.race([startDaemon(config).catch(explainFailure(config)), stop.asked]);
	if (daemon !== undefined) {
		await stop.asked;
		await daemon.stop();
	}

	return 0;
};

const ownOptions = (): readonly Option[] => [
	kubeconfig(),
	new Option('--metrics-server <url>', 'Prometheus')
		.argParser(httpAddress)
		.default('http://prometheus:9090')
		.env('AVIARY_METRICS_SERVER'),
	new Option('--mesh-provider <name>', 'what routes the traffic of Canaries that do not say')
		.choices(knownProviders)
		.default('istio')
		.env('AVIARY_MESH_PROVIDER'),
	new Option('--control-loop-interval <duration>', 'time between checks of Canaries of the first shape that do not say')
		.argParser(duration)
		.default(10_000, '10s')
		.env('AVIARY_CONTROL_LOOP_INTERVAL'),
	new Option('--namespace <name>', 'watch this namespace alone; may be repeated (default: all)')
		.argParser(namespaceNames)
		.env('AVIARY_NAMESPACE'),
	logLevel(),
	new Option('--log-level-file <file>', 'a file with another level, followed while the daemon runs').env(
		'AVIARY_LOG_LEVEL_FILE',
	),
	new Option('--port <number>', 'port of /metrics, /healthz and /readyz; 0 takes a free one')
		.argParser(wholeNumber(0, 65_535))
		.default(8080)
		.env('AVIARY_PORT'),
];

/** Registers `daemon`. `finish` ends the process even if something keeps it alive. */
export const registerDaemon = (program: Command, finish: (code: number) => void): void => {
	const daemon = program
		.command('daemon')
		.description('run the operator')
		.addHelpText(
			'after',
			`\nEach flag can be set by the environment variable shown; the flag wins. AVIARY_NAMESPACE takes commas.\n${examples(
				'aviary daemon --kubeconfig ~/.kube/config --metrics-server http://localhost:9090',
				'AVIARY_NAMESPACE=test,shop AVIARY_LOG_LEVEL=debug aviary daemon',
			)}`,
		)
		.action(async ({controlLoopInterval, namespace = [], workloadMappings, ...flags}: Flags) => {
			const namespaces = [...new Set(namespace)];
			finish(
				await run({
					...flags,
					...leaderElectionOf(flags, namespaces),
					...notifyOf(flags),
					...recordsOf(flags),
					...pageOf(flags),
					...(await mappingsOf(workloadMappings)),
					intervalMs: controlLoopInterval,
					...(namespaces.length > 0 && {namespaces}),
				}),
			);
		});
	for (const option of [
		...ownOptions(),
		inspectOption().env('AVIARY_INSPECT'),
		mappingOption(),
		...leaderElectionOptions(),
		...notifyOptions(),
		...pageOptions(),
		...recordOptions(),
	]) {
		daemon.addOption(option);
	}
};
