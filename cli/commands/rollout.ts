// `aviary rollout`, also installed as `rollout-cli`: rollouts by annotation, without an operator or a CRD.
import {Option, type Command} from 'commander';
import type {Level} from '../../services/telemetry/log.ts';
import {
	context,
	duration,
	examples,
	httpAddress,
	kubeconfig,
	logLevel,
	namespace,
	percentage,
	wholeNumber,
} from '../flags.ts';
import type {Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly kubeconfig?: string;
	readonly context?: string;
	readonly prometheus: string;
	readonly interval: number;
	readonly window: number;
	readonly step: number;
	readonly threshold: number;
	readonly failedChecks: number;
	readonly deadline: number;
	readonly once?: boolean;
	readonly watch?: boolean;
	readonly dryRun?: boolean;
	readonly retry?: boolean;
	readonly output: 'text' | 'json';
	readonly logLevel: Level;
};

const modeOf = ({once, dryRun}: Flags): 'once' | 'watch' | 'dry' => {
	if (dryRun === true) {
		return 'dry';
	}

	return once === true ? 'once' : 'watch';
};

const options = (): readonly Option[] => [
	namespace(),
	new Option('--once', 'end when each marked Deployment is promoted, rolled back or at rest').conflicts('watch'),
	new Option('--watch', 'wait for new revisions of the canaries and start over (default)'),
	new Option('--dry-run', 'say what would be done, write nothing, and end').conflicts(['watch', 'retry']),
	new Option('--retry', 'roll out a revision once more that was rolled back'),
	new Option('--step <percent>', 'by how much the canary’s traffic grows, up to 100')
		.argParser(wholeNumber(1, 100))
		.default(10),
	new Option('--interval <duration>', 'time between two checks').argParser(duration).default(60_000, '1m'),
	new Option('--threshold <percent>', 'least success rate of the canary').argParser(percentage).default(99),
	new Option('--window <duration>', 'over which the success rate is taken').argParser(duration).default(60_000, '1m'),
	new Option('--failed-checks <number>', 'roll back at so many failed checks; 0 halts and waits')
		.argParser(wholeNumber(0, 1_000_000))
		.default(10),
	new Option('--deadline <duration>', 'roll back what waits longer for pods or metrics')
		.argParser(duration)
		.default(600_000, '10m'),
	new Option('--prometheus <url>', 'Prometheus')
		.argParser(httpAddress)
		.default('http://prometheus:9090')
		.env('AVIARY_METRICS_SERVER'),
	new Option('-o, --output <format>', 'form of what it prints').choices(['text', 'json']).default('text'),
	kubeconfig(),
	context(),
	logLevel().default('error'),
];

const more = `
Deployments with the annotation apps.weave.works/progressive: "true" are rolled out: NAME is GA, NAME-canary has the next
version, and one VirtualService routes to both. Exit code: 0 all promoted, or nothing to do; 1 something was rolled back
or must be mended; 2 wrong command line; 130 Ctrl-C, which gives all traffic to GA (143: SIGTERM, which does the same;
1: it may be that not all is on GA, see the last line).
`;

/** Registers `rollout`. `finish` ends the process even if something keeps it alive. */
export const registerRollout = (program: Command, terminal: Terminal, finish: (code: number) => void): void => {
	const command = program.command('rollout').description('roll out marked Deployments, without operator and CRDs');
	for (const option of options()) {
		command.addOption(option);
	}

	command
		.addHelpText(
			'after',
			`${more}${examples(
				'rollout-cli -n test',
				'aviary rollout -n test --dry-run',
				'aviary rollout -n test --once --step 20 --interval 30s --prometheus http://localhost:9090',
			)}`,
		)
		.action(async (flags: Flags) => {
			const {runRollout} = await import('../rollout/run.ts');
			const {interval, window, deadline, prometheus, retry, ...rest} = flags;
			finish(
				await runRollout(
					{
						...rest,
						intervalMs: interval,
						windowMs: window,
						deadlineMs: deadline,
						metricsServer: prometheus,
						isRetrying: retry === true,
						mode: modeOf(flags),
					},
					terminal,
				),
			);
		});
};
