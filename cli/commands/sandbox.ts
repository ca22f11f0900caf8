// `aviary sandbox`: a small Kubernetes on this machine with the real daemon. Here are its flags; sandbox.ts does it.
import {InvalidArgumentError, Option, type Command} from 'commander';
import {builtInScenarios} from '../../sandbox/scenario/built-in.ts';
import {inspectOption} from '../inspect-flag.ts';
import type {SandboxFlags} from '../sandbox.ts';
import {
	examples,
	httpAddressOrAuto,
	logLevel,
	numberFromZero,
	positiveNumber,
	readableFile,
	readableFiles,
	wholeNumber,
} from '../flags.ts';

/** A built-in scenario, or a file: a word with a slash or a dot in it. */
const scenario = (text: string): string => {
	const names = builtInScenarios();
	if (!names.includes(text) && !/[/\\.]/.test(text)) {
		throw new InvalidArgumentError(`Write one of ${names.join(', ')}, or a file such as ./${text}.yaml.`);
	}

	return names.includes(text) ? text : readableFile(text);
};

const options = (): readonly Option[] => [
	new Option('--speed <factor>', 'how many times faster time runs').argParser(positiveNumber).default(60),
	new Option(
		'--scenario <name or file>',
		`what is released, and what goes wrong: ${builtInScenarios().join(', ')}, or a file of your own`,
	)
		.argParser(scenario)
		.default('good'),
	new Option('--shape <name>', 'shape of the scenario’s Canary').choices(['first', 'today']).default('first'),
	new Option('--real', 'on a real control plane: the programs in KUBE_ASSETS, or of npm run build:control-plane'),
	new Option('-f, --filename <file>', 'manifests to apply; may be repeated')
		.argParser(readableFiles)
		.default([], 'none'),
	new Option('--kubeconfig-out <file>', 'where to write the kubeconfig for kubectl'),
	new Option(
		'--exit-when <state>',
		'end when a run has, or when all expectations are judged; the exit code is 0 if so',
	).choices(['finished', 'failed', 'met']),
	new Option('--record <file>', 'write down what happens, for --replay'),
	new Option('--replay <file>', 'show what was recorded, at its pace or at --speed; nothing is started')
		.argParser(readableFile)
		.conflicts([
			'record',
			'real',
			'scenario',
			'shape',
			'filename',
			'kubeconfigOut',
			'exitWhen',
			'port',
			'gatewayPort',
			'rps',
			'prometheus',
			'inspect',
		]),
	new Option('-o, --output <format>', 'form of what it prints').choices(['text', 'json']).default('text'),
	new Option('--port <number>', 'port of the API server; 0 takes a free one')
		.argParser(wholeNumber(0, 65_535))
		.default(0),
	new Option('--gateway-port <number>', 'port of the gateway to the simulated pods; 0 takes a free one')
		.argParser(wholeNumber(0, 65_535))
		.default(0),
	new Option('--rps <number>', 'requests a second that users send to each routed host; 0 for none')
		.argParser(numberFromZero)
		.default(20),
	new Option('--prometheus <url or auto>', 'ask a real Prometheus; auto starts one; --speed is 20 then, unless given')
		.argParser(httpAddressOrAuto)
		.implies({speed: 20}),
	inspectOption(),
	// What goes wrong with a Canary is printed as it happens; the log would say it again.
	logLevel().default('error'),
];

/** Registers `sandbox`. `finish` ends the process even if something keeps it alive. */
export const registerSandbox = (program: Command, finish: (code: number) => void): void => {
	const command = program.command('sandbox').description('try it on this machine, without a cluster');
	for (const option of options()) {
		command.addOption(option);
	}

	command
		.addHelpText(
			'after',
			examples(
				'aviary sandbox',
				'aviary sandbox --scenario errors --speed 120 --exit-when failed',
				'aviary sandbox --scenario ./my-scenario.yaml --exit-when met',
				'aviary sandbox --record run.jsonl',
				'aviary sandbox --scenario none -f deployment.yaml -f canary.yaml --kubeconfig-out sandbox.yaml',
			),
		)
		.action(async (flags: SandboxFlags) => {
			if (flags.replay !== undefined) {
				const {runReplay} = await import('../replay.ts');
				const speed = command.getOptionValueSource('speed') === 'default' ? undefined : flags.speed;
				finish(await runReplay({replay: flags.replay, speed, output: flags.output}));
				return;
			}

			const {runSandbox} = await import('../sandbox.ts');
			finish(await runSandbox(flags));
		});
};
