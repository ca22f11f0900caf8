// The operator's Deployment, its Lease, and the metrics server that its flags name.
import aviary from '../../package.json' with {type: 'json'};
import {instantOf} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {defaultTiming, holderOf, validityMs} from '../../services/election/lease-record.ts';
import {LEASE_NAME} from '../../services/election/lease.ts';
import {deployments, leases, pathOf} from '../../services/kubernetes/resources.ts';
import type {Access} from '../cluster-access.ts';
import {ageText, plain} from '../terminal.ts';
import {ask, broken, doubtful, itemsOf, sound, type Answer, type Finding} from './finding.ts';
import type {Account} from './permissions.ts';

export type Operator = {
	readonly namespace: string;
	readonly name: string;
	readonly account: Account;
	readonly metricsServer: string;
	readonly meshProvider: string;
	readonly leaseNamespace: string | undefined;
	readonly ready: number;
};

type Container = {
	readonly image?: string;
	readonly args?: readonly string[];
	readonly command?: readonly string[];
	readonly env?: ReadonlyArray<{readonly name: string; readonly value?: string}>;
};

const OURS = 'app.kubernetes.io/name=aviary';
const PEERS = 'app.kubernetes.io/name=flagger';
const INSTALL = 'install one: aviary install | kubectl apply --server-side -f -';

/** A flag's value, by the command line or its environment variable; `''` for a flag without a value. */
const flagOf = ({args = [], command = [], env = []}: Container, flag: string): string | undefined => {
	const words = [...command, ...args];
	const at = words.findIndex((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
	if (at === -1) {
		return env.find(({name}) => name === `AVIARY_${flag.toUpperCase().replaceAll('-', '_')}`)?.value;
	}

	const [, value] = /=(.*)$/s.exec(words[at] ?? '') ?? [];
	const next = words[at + 1];
	return value ?? (next === undefined || next.startsWith('-') ? '' : next);
};

const operatorOf = (deployment: KubeObject): {readonly operator: Operator; readonly image: string} => {
	const {name, namespace = ''} = deployment.metadata;
	const pod = (deployment.spec as {template?: {spec?: {serviceAccountName?: string; containers?: Container[]}}})
		?.template?.spec;
	const container = pod?.containers?.[0] ?? {};
	const leaseFlag = flagOf(container, 'leader-election-namespace');
	const attended = flagOf(container, 'namespace')?.split(',')[0];
	const elects = flagOf(container, 'enable-leader-election');
	const readyReplicas = deployment.status?.['readyReplicas'];
	return {
		image: plain(container.image),
		operator: {
			namespace,
			name,
			account: {namespace, name: pod?.serviceAccountName ?? 'default', attended},
			metricsServer: flagOf(container, 'metrics-server') ?? 'http://prometheus:9090',
			meshProvider: flagOf(container, 'mesh-provider') ?? 'istio',
			leaseNamespace:
				elects === undefined || /^f/i.test(elects)
					? undefined
					: (attended ?? (leaseFlag?.startsWith('$(') === true ? namespace : (leaseFlag ?? 'kube-system'))),
			ready: typeof readyReplicas === 'number' ? readyReplicas : 0,
		},
	};
};

const versionIn = (image: string): string | undefined => /:v?(\d+\.\d+\.\d+[^@]*)/.exec(image)?.[1];

const examineDeployment = ({operator, image}: ReturnType<typeof operatorOf>): Finding => {
	const {namespace, name, ready} = operator;
	const where = `Deployment ${namespace}/${name} (${image})`;
	if (ready === 0) {
		return broken('Operator', `${where} has no ready pod`, `kubectl -n ${namespace} describe pods -l ${OURS}`);
	}

	const version = versionIn(image);
	return version !== undefined && version !== aviary.version
		? doubtful(
				'Operator',
				`${where} is of another version than this command, ${aviary.version}`,
				'use the same version',
			)
		: sound('Operator', `${where}, ${ready} ready`);
};

const examineLease = async (access: Access, namespace: string, now: number): Promise<Finding> => {
	const lease = await ask(access, pathOf(leases, namespace, LEASE_NAME));
	if (lease.kind === 'absent') {
		return broken('Operator', `nobody has taken the Lease ${namespace}/${LEASE_NAME}`, 'look at the operator’s log');
	}

	if (lease.kind !== 'found') {
		const right = `ask for the right to get leases.coordination.k8s.io in ${namespace}`;
		return doubtful('Operator', `who leads cannot be read: ${lease.text}`, right);
	}

	const object = lease.body as unknown as KubeObject;
	const holder = plain(holderOf(object));
	const renewed = instantOf(object.spec?.['renewTime']);
	const isLed = holder !== '' && now - renewed <= 2 * validityMs(object, defaultTiming.durationMs);
	return isLed
		? sound('Operator', `${holder} leads`)
		: broken(
				'Operator',
				`nobody leads: the Lease ${namespace}/${LEASE_NAME} was renewed ${renewed === 0 ? 'never' : `${ageText(now - renewed)} ago`}`,
				'look at the operator’s log, and at its right to patch the Lease',
			);
};

const unreadable = ({text}: Exclude<Answer, {kind: 'found'}>): Finding =>
	doubtful('Operator', `Deployments cannot be listed: ${text}`, 'ask for the right to list deployments.apps');

/** The operator in this cluster, and what is to be said of it; no operator where none is found. */
export const examineOperator = async (
	access: Access,
	now: number,
): Promise<{readonly operator: Operator | undefined; readonly findings: readonly Finding[]}> => {
	const [ours, theirs] = await Promise.all(
		[OURS, PEERS].map((labelSelector) => ask(access, pathOf(deployments), {labelSelector})),
	);
	if (ours !== undefined && ours.kind !== 'found') {
		return {operator: undefined, findings: [unreadable(ours)]};
	}

	const rivals = itemsOf(theirs ?? {kind: 'absent', text: ''}).map(({metadata}) =>
		doubtful(
			'Operator',
			`Flagger runs, too: Deployment ${metadata.namespace ?? ''}/${metadata.name}; Aviary stands back from what it writes`,
			'scale one of the two to zero, or give each its own namespaces',
		),
	);
	const [deployment] = itemsOf(ours ?? {kind: 'absent', text: ''});
	if (deployment === undefined) {
		const none = doubtful('Operator', 'no Deployment of it in this cluster; a daemon may run elsewhere', INSTALL);
		return {operator: undefined, findings: [none, ...rivals]};
	}

	const found = operatorOf(deployment);
	const {operator} = found;
	const {leaseNamespace} = operator;
	const lease = leaseNamespace === undefined ? [] : [await examineLease(access, leaseNamespace, now)];
	return {operator, findings: [examineDeployment(found), ...lease, ...rivals]};
};

type InCluster = {readonly namespace: string; readonly service: string};

/** Where a host name of the cluster leads: `prometheus`, `prometheus.istio-system`, `….svc.cluster.local`. */
const inCluster = (hostname: string, own: string): InCluster | undefined => {
	const [service = '', namespace = own, ...rest] = hostname.split('.');
	const isService = rest.length === 0 || rest[0] === 'svc';
	return isService && !/^[\d.]+$|^localhost$/.test(hostname) ? {service, namespace} : undefined;
};

/** Whether this API server has a proxy at all: a small one for tests may not. */
const hasProxy = async (access: Access): Promise<boolean> => {
	const core = await ask(access, '/api/v1');
	const resources = core.kind === 'found' ? ((core.body['resources'] ?? []) as ReadonlyArray<{name?: string}>) : [];
	return core.kind !== 'found' || resources.some(({name}) => name === 'services/proxy');
};

/** Asks the metrics server through the API server's proxy to Services, for only pods can reach it directly. */
export const examineMetrics = async (access: Access, {metricsServer, namespace}: Operator): Promise<Finding> => {
	if (!URL.canParse(metricsServer)) {
		return broken('Metrics', `--metrics-server=${metricsServer} is no address`, 'write one: http://prometheus:9090');
	}

	const {protocol, hostname, port, pathname} = new URL(metricsServer);
	const place = inCluster(hostname, namespace);
	if (place === undefined) {
		const remedy = 'look for failed queries at aviary explain, or at the operator’s own /metrics';
		return doubtful('Metrics', `${metricsServer} is outside the cluster: only the operator can tell`, remedy);
	}

	const isTls = protocol === 'https:';
	const target = `${isTls ? 'https:' : ''}${place.service}:${port || (isTls ? '443' : '80')}`;
	const prefix = pathname.replace(/\/$/, '');
	const path = `/api/v1/namespaces/${place.namespace}/services/${target}/proxy${prefix}/api/v1/query`;
	const remedy = `check the Service ${place.namespace}/${place.service}, or --metrics-server`;
	const answer = await ask(access, path, {query: '1'});
	switch (answer.kind) {
		case 'found': {
			return answer.body['status'] === 'success'
				? sound('Metrics', `${metricsServer} answers queries`)
				: broken(
						'Metrics',
						`${metricsServer} answers, but not as Prometheus does`,
						'name Prometheus by --metrics-server',
					);
		}

		case 'denied': {
			const right = `ask for the right to get services/proxy in ${place.namespace}`;
			return doubtful('Metrics', `${metricsServer} cannot be asked by you: ${answer.text}`, right);
		}

		case 'absent': {
			return (await hasProxy(access))
				? broken('Metrics', `${metricsServer} does not answer: ${answer.text}`, remedy)
				: doubtful('Metrics', 'this API server has no proxy to Services', 'ask Prometheus from a pod of the cluster');
		}

		default: {
			return broken('Metrics', `${metricsServer} does not answer: ${answer.text}`, remedy);
		}
	}
};
