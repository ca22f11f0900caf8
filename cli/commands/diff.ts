// `aviary diff`: what promoting the target as it is now would change on the primary.
import type {Command} from 'commander';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import type {Access} from '../cluster-access.ts';
import type {PodTemplate} from '../../services/workloads/shapes.ts';
import {CommandError} from '../errors.ts';
import {context, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import type {Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly exitCode?: boolean;
	readonly kubeconfig?: string;
	readonly context?: string;
};

const read = async (access: Access, resource: Resource, place: string, name: string): Promise<KubeObject> => {
	const {getObject} = await import('../../services/kubernetes/get-object.ts');
	const right = `get ${resource.plural}.${resource.group} in ${place}`;
	const asked = getObject(access.api, {resource, namespace: place, name, patient: false});
	const found = await access.explained(asked, right);
	if (found === undefined) {
		throw new CommandError(
			`there is no ${resource.kind} ${name} in the namespace ${place}`,
			`aviary explain tells more`,
		);
	}

	return found;
};

/** The lines of the difference; empty when promoting would change nothing. */
const differences = async (access: Access, name: string): Promise<readonly string[]> => {
	const [{readCanary}, {toModel}, {workloadsOf}, {renderPrimary, runsTheSame}, {templateOf}, {unifiedDiff}, yaml] =
		await Promise.all([
			import('../cluster-reader.ts'),
			import('../../api/model-of-canary.ts'),
			import('../../services/workloads/index.ts'),
			import('../../services/workloads/render.ts'),
			import('../../services/workloads/shapes.ts'),
			import('../unified-diff.ts'),
			import('yaml'),
		]);
	const canary = await readCanary(access, access.namespace, name);
	const model = toModel(canary, {meshProvider: 'istio', intervalMs: 10_000, speed: 1});
	const {target, primary, namespace: place} = model;
	const workloads = workloadsOf(target);
	if (workloads === undefined || target.kind === 'DaemonSet') {
		throw new CommandError(
			`a target of the kind ${target.kind || 'none'} cannot be compared`,
			'it can be for Deployments and StatefulSets; see kubectl get -o yaml',
		);
	}

	const [wanted, present] = await Promise.all([
		read(access, workloads.resource, place, target.name),
		read(access, workloads.resource, place, primary.name),
	]);
	const [before, after] = [templateOf(present), renderPrimary(model, wanted, present)];
	if (runsTheSame(before, after)) {
		return [];
	}

	const text = ({metadata, ...template}: PodTemplate): string => {
		// It is another one for every revision, and tells nothing.
		const {'flagger-id': _, ...annotations} = metadata?.annotations ?? {};
		const shown = {...template, metadata: {labels: metadata?.labels ?? {}, annotations}};
		return yaml.stringify(shown, {sortMapEntries: true, lineWidth: 0}).trimEnd();
	};
	const kind = target.kind.toLowerCase();
	return unifiedDiff(text(before), text(after), [
		`${kind}/${primary.name} as it runs`,
		`${kind}/${primary.name} with the template of ${kind}/${target.name}`,
	]);
};

const diff = async (written: string, flags: Flags, terminal: Terminal): Promise<number> => {
	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const {openAccess} = await import('../cluster-access.ts');
	const access = openAccess({...flags, ...(chosen !== undefined && {namespace: chosen})});
	const {colors} = terminal;
	const paint = (line: string): string =>
		line.startsWith('+') ? colors.green(line) : line.startsWith('-') ? colors.red(line) : line;
	try {
		const lines = await differences(access, name);
		terminal.write(lines.map((line) => `${paint(line)}\n`).join(''));
		return flags.exitCode === true && lines.length > 0 ? 1 : 0;
	} finally {
		await access.close();
	}
};

/** Registers `diff`. */
export const registerDiff = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('diff')
		.description('show what promoting the target as it is now would change on the primary')
		.argument('<name>', 'NAME, or NAMESPACE/NAME')
		.addOption(namespace())
		.option('--exit-code', 'exit with 1 when there are differences')
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText(
			'after',
			`\nConfigMaps and Secrets are shared by both, so that references to them are compared, and no value is read.\n${examples(
				'aviary diff test/podinfo',
				'aviary diff podinfo -n test --exit-code',
			)}`,
		)
		.action(async (name: string, flags: Flags) => {
			end(await diff(name, flags, terminal));
		});
};
