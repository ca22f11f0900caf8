// The command lines of the control plane's programs: real authorization and admission, and nothing needless.
import path from 'node:path';

export type Ports = {readonly etcd: number; readonly etcdPeer: number; readonly apiServer: number};

/** The files that the programs share, all under one folder. */
export const filesIn = (dir: string) => ({
	etcdData: path.join(dir, 'etcd'),
	certificates: path.join(dir, 'certificates'),
	// The self-signed serving certificate comes with its CA in the same file.
	ca: path.join(dir, 'certificates', 'apiserver.crt'),
	serviceAccountKey: path.join(dir, 'service-account.key'),
	serviceAccountPublicKey: path.join(dir, 'service-account.pub'),
	tokens: path.join(dir, 'tokens.csv'),
	people: path.join(dir, 'people.json'),
	adminKubeconfig: path.join(dir, 'admin.kubeconfig'),
	discoveryCache: path.join(dir, 'kubectl-cache'),
	auditPolicy: path.join(dir, 'audit-policy.json'),
	auditLog: path.join(dir, 'audit.log'),
});

export type Files = ReturnType<typeof filesIn>;

export const etcdFlags = (files: Files, ports: Ports): string[] => [
	`--data-dir=${files.etcdData}`,
	`--listen-client-urls=http://127.0.0.1:${ports.etcd}`,
	`--advertise-client-urls=http://127.0.0.1:${ports.etcd}`,
	`--listen-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
	`--initial-advertise-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
	`--initial-cluster=default=http://127.0.0.1:${ports.etcdPeer}`,
	// The data need not survive the machine.
	'--unsafe-no-fsync',
	'--log-level=warn',
];

export const apiServerFlags = (files: Files, ports: Ports): string[] => [
	`--etcd-servers=http://127.0.0.1:${ports.etcd}`,
	'--bind-address=127.0.0.1',
	'--advertise-address=127.0.0.1',
	`--secure-port=${ports.apiServer}`,
	`--cert-dir=${files.certificates}`,
	'--authorization-mode=RBAC',
	`--token-auth-file=${files.tokens}`,
	`--authentication-token-webhook-config-file=${files.people}`,
	'--authentication-token-webhook-version=v1',
	'--service-account-issuer=https://kubernetes.default.svc.cluster.local',
	`--service-account-key-file=${files.serviceAccountPublicKey}`,
	`--service-account-signing-key-file=${files.serviceAccountKey}`,
	'--service-cluster-ip-range=10.96.0.0/16',
	// A loopback address may be no endpoint of the service "kubernetes".
	'--endpoint-reconciler-type=none',
	// The nodes are played by nodes.ts, which removes no taints.
	'--disable-admission-plugins=TaintNodesByCondition',
	'--enable-priority-and-fairness=false',
	'--profiling=false',
	`--audit-policy-file=${files.auditPolicy}`,
	`--audit-log-path=${files.auditLog}`,
];

const CONTROLLERS = [
	'clusterrole-aggregation-controller',
	'daemonset-controller',
	'deployment-controller',
	'endpoints-controller',
	'endpointslice-controller',
	'garbage-collector-controller',
	'horizontal-pod-autoscaler-controller',
	'namespace-controller',
	'replicaset-controller',
	'root-ca-certificate-publisher-controller',
	'serviceaccount-controller',
	'serviceaccount-token-controller',
	'statefulset-controller',
];

export const controllerManagerFlags = (files: Files): string[] => [
	`--kubeconfig=${files.adminKubeconfig}`,
	`--controllers=${CONTROLLERS.join(',')}`,
	`--service-account-private-key-file=${files.serviceAccountKey}`,
	`--root-ca-file=${files.ca}`,
	'--leader-elect=false',
	'--bind-address=127.0.0.1',
	'--secure-port=0',
	'--profiling=false',
	'--horizontal-pod-autoscaler-sync-period=1s',
	'--horizontal-pod-autoscaler-downscale-stabilization=5s',
	'--namespace-sync-period=30s',
	// The default of 20 requests a second would make tests wait for their turn.
	'--kube-api-qps=200',
	'--kube-api-burst=400',
];
