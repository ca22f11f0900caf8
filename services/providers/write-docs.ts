// Writes docs/routers.md and the permissions of what is wanted besides. Run by `npm run generate`.
import {mkdir, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import type {Capability} from '../../api/providers.ts';
import {providers} from './index.ts';
import type {Permission, Provider} from './provider.ts';

/** What `artifacts/operator/rbac.yaml` grants is written there by hand, among the rest. */
const OPERATOR = 'operator/rbac.yaml';

const columns: ReadonlyArray<readonly [title: string, capability: Capability]> = [
	['weights', 'weights'],
	['mirror', 'mirror'],
	['A/B', 'match'],
	['affinity', 'affinity'],
	['TCP', 'tcp'],
	['first shape', 'paired'],
];

const code = (texts: readonly string[]): string => texts.map((text) => `\`${text}\``).join(', ');

const row = (provider: Provider): string => {
	const {names, capabilities, apis} = provider;
	const able = columns.map(([, capability]) => (capabilities.includes(capability) ? 'yes' : ''));
	const spoken = apis.map(({group, versions}) => `\`${group}\` ${versions.join(', ')}`).join('; ') || 'Services alone';
	return `| ${[code(names), ...able, spoken].join(' | ')} |`;
};

const granted = ({grantedIn}: Provider): string => {
	if (grantedIn === undefined) return 'It needs no permissions of its own.';
	return grantedIn === OPERATOR
		? `Its permissions are part of \`artifacts/${OPERATOR}\`.`
		: `Its permissions are granted by \`kubectl apply -f artifacts/${grantedIn}\`.`;
};

const section = (provider: Provider): string =>
	`## ${provider.title}\n\n${provider.about}\n\n${granted(provider)}${
		provider.questions === undefined ? ' It has no built-in metrics: a Canary asks its own queries.' : ''
	}\n`;

const introduction = `<!-- Written by npm run generate from services/providers; edits are overwritten. -->

# Providers of routing

\`spec.provider\` says what moves users between the primary and the canary; where it is absent, the daemon's
\`--mesh-provider\` counts. A Canary that asks its provider for more than it can is not run, and says which can.
`;

/** The page. */
const routersPage = (): string => {
	const titles = ['provider', ...columns.map(([title]) => title), 'speaks'];
	const table = [`| ${titles.join(' | ')} |`, `| ${titles.map(() => '---').join(' | ')} |`, ...providers.map(row)];
	return [introduction, `${table.join('\n')}\n`, ...providers.map(section)].join('\n');
};

/** A rule as the manifests write it, its reason above it. */
export const ruleText = ({why, group, resources, verbs}: Permission): string => {
	const list = (items: readonly string[]): string => `[${items.join(', ')}]`;
	return `# ${why}\n- apiGroups: ${list([group === '' ? '""' : group])}\n  resources: ${list(resources)}\n  verbs: ${list(verbs)}\n`;
};

const grant = ({title, permissions}: Provider, file: string): string => {
	const name = `aviary-${basename(file, '.yaml')}`;
	return `# Written by npm run generate from services/providers; edits are overwritten.
# What the operator may do besides artifacts/${OPERATOR} where Canaries are routed by ${title}:
# kubectl apply -f artifacts/${file}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ${name}
rules:
${permissions.map(ruleText).join('')}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ${name}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ${name}
subjects:
- kind: ServiceAccount
  name: aviary
  namespace: aviary-system
`;
};

/** Every generated file by its path in the repository. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
	new Map([
		['docs/routers.md', routersPage()],
		...providers.flatMap((provider) => {
			const {grantedIn = OPERATOR} = provider;
			return grantedIn === OPERATOR ? [] : [[`artifacts/${grantedIn}`, grant(provider, grantedIn)] as const];
		}),
	]);

if (import.meta.main) {
	const root = join(import.meta.dirname, '..', '..');
	for (const [path, text] of generatedFiles()) {
		const file = join(root, path);
		await mkdir(dirname(file), {recursive: true});
		await writeFile(file, text);
	}
}
