// `aviary sandbox`: a small Kubernetes on this machine with the real daemon. Here are its flags; sandbox.ts does it.
import {Option, type Command} from 'commander';
import type {SandboxFlags} from '../sandbox.ts';
import {examples, logLevel, positiveNumber, readableFiles, wholeNumber} from '../flags.ts';

const scenarios = ['good', 'errors', 'latency', 'crash', 'flapping', 'none'] satisfies ReadonlyArray<
	SandboxFlags['scenario']
>;

const options = (): readonly Option[] => [
	new Option('--speed <factor>', 'how many times faster time runs').argParser(positiveNumber).default(60),
	new Option('--scenario <name>', 'how the new version behaves; none deploys nothing')
		.choices(scenarios)
		.default('good'),
	new Option('--shape <name>', 'shape of the scenario’s Canary').choices(['first', 'today']).default('first'),
	new Option('-f, --filename <file>', 'manifests to apply; may be repeated')
		.argParser(readableFiles)
		.default([], 'none'),
	new Option('--kubeconfig-out <file>', 'where to write the kubeconfig for kubectl'),
	new Option('--exit-when <state>', 'end when a run has; the exit code is 0 if so').choices(['finished', 'failed']),
	new Option('--output <format>', 'form of what it prints').choices(['text', 'json']).default('text'),
	new Option('--port <number>', 'port of the API server; 0 takes a free one')
		.argParser(wholeNumber(0, 65_535))
		.default(0),
	new Option('--rps <number>', 'requests a second that users send').argParser(positiveNumber).default(20),
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
				'aviary sandbox --scenario none -f deployment.yaml -f canary.yaml --kubeconfig-out sandbox.yaml',
			),
		)
		.action(async (flags: SandboxFlags) => {
			const {runSandbox} = await import('../sandbox.ts');
			finish(await runSandbox(flags));
		});
};
