// `aviary install`: prints what installs the operator; applying it stays with whoever may.
import {Option, type Command} from 'commander';
import {knownProviders} from '../../api/providers.ts';
import {examples, httpAddress, logLevel, namespaceName} from '../flags.ts';
import type {Fit} from '../install-manifests.ts';
import type {Terminal} from '../terminal.ts';

type Flags = Fit & {readonly output: 'yaml' | 'json' | 'name'};

const install = async ({output, ...fit}: Flags, terminal: Terminal): Promise<number> => {
	const [{installManifests}, {stringify}] = await Promise.all([import('../install-manifests.ts'), import('yaml')]);
	const objects = await installManifests(fit);
	switch (output) {
		case 'json': {
			terminal.write(`${JSON.stringify({apiVersion: 'v1', kind: 'List', items: objects}, undefined, 2)}\n`);
			return 0;
		}

		case 'name': {
			const lines = objects.map(({kind, metadata}) => `${kind.toLowerCase()}/${metadata.name}\n`);
			terminal.write(lines.join(''));
			return 0;
		}

		case 'yaml':
		default: {
			const texts = objects.map((object) =>
				stringify(object, {version: '1.1', aliasDuplicateObjects: false, lineWidth: 0}),
			);
			terminal.write(texts.join('---\n'));
			return 0;
		}
	}
};

/** Registers `install`. */
export const registerInstall = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('install')
		.description('print the manifests that install the operator, its CRDs and the roles for people')
		.addOption(
			new Option('-n, --namespace <name>', 'where the operator lives (default: aviary-system)').argParser(
				namespaceName,
			),
		)
		.option('--image <image>', 'the operator’s image (default: aviary of this version)')
		.addOption(
			new Option('--metrics-server <url>', 'Prometheus (default: http://prometheus:9090)').argParser(httpAddress),
		)
		.addOption(
			new Option(
				'--mesh-provider <name>',
				'what routes the traffic of Canaries that do not say (default: istio)',
			).choices(knownProviders),
		)
		.option('--crds-only', 'nothing but the CRDs')
		.addOption(new Option('-o, --output <format>', 'format').choices(['yaml', 'json', 'name']).default('yaml'))
		.addOption(logLevel())
		.addHelpText(
			'after',
			examples(
				'aviary install | kubectl apply --server-side -f -',
				'aviary install -n releases --metrics-server http://prometheus.monitoring:9090 > operator.yaml',
				'aviary install --crds-only | kubectl diff --server-side -f -',
			),
		)
		.action(async (flags: Flags) => {
			end(await install(flags, terminal));
		});
};
