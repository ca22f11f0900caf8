// docs/performance.md as text. Pure.
import type {Measurement} from './measurement.ts';
import type {Phase, Spread} from './phases.ts';
import type {Machine} from './machine.ts';

export type Results = {
	readonly subject: string;
	readonly machine: Machine;
	readonly measured: Measurement;
};

/** In seconds, from what a watch tells to the watch event of a route without weight for the canary. */
export type Reactions = {
	readonly machine: Machine;
	readonly canaries: number;
	/** The canary's pods crash at 30 %. */
	readonly crash: Spread;
	/** Another template for the target in mid-run. */
	readonly revision: Spread;
	/** From the instant at which the metrics server's answers turned bad. */
	readonly breach: Spread;
	/** Of a breach: so many failed checks, so far apart. */
	readonly threshold: number;
	readonly intervalSeconds: number;
};

type Row = readonly [what: string, goal: string, cell: (measured: Measurement, cores: number) => string, peer?: string];

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const tenths = new Intl.NumberFormat('en', {maximumFractionDigits: 1});
const hundredths = new Intl.NumberFormat('en', {maximumFractionDigits: 2});

const BASE_MB = 120;
const MB_A_CANARY = 0.06;
const DAEMONS_WAVE = 1.3;

const requests = ({requests: {writes, events, reads, watches}}: Phase): string =>
	[writes, events, reads, watches].map((count) => whole.format(count)).join(' / ');

const each = (count: number, {canaries}: Measurement): string => hundredths.format(count / canaries);

const spread = ({median, p99, max}: Spread): string =>
	[median, p99, max].map((value) => tenths.format(value)).join(' / ');

const peakOf = ({initialise, idle, startUp, rollout}: Measurement): number =>
	Math.max(...[initialise, idle, startUp.phase, rollout.phase].map(({peakMb}) => peakMb));

const orDash = (seconds: number | undefined): string => (seconds === undefined ? '–' : `${tenths.format(seconds)} s`);

const share = (used: number, there: number): string => `${tenths.format(used)} of ${tenths.format(there)} s`;

const rows: readonly Row[] = [
	[
		'idle: writes / events / reads / watches',
		'0 / 0 / 0 / independent of N',
		({idle}) => requests(idle),
		'12 requests a Canary every 10 s',
	],
	['idle: for so long', '', ({idle}) => `${whole.format(idle.seconds)} s`],
	['idle: metric queries', '0', ({idle}) => whole.format(idle.queries)],
	['idle: CPU', '', ({idle}) => `${hundredths.format(idle.cpuSeconds)} s`],
	[
		'a rollout: object writes',
		'at most 21',
		(one) => each(one.rollout.phase.requests.writes, one),
		'172 requests in all',
	],
	['a rollout: event POSTs', '10 texts, 11 with one that waits', (one) => each(one.rollout.phase.requests.events, one)],
	['a rollout: reads', '0', (one) => each(one.rollout.phase.requests.reads, one)],
	['a rollout: watches of pods', '', (one) => each(one.rollout.phase.requests.watches, one)],
	['a rollout: metric queries', '', (one) => each(one.rollout.phase.queries, one), '10'],
	['a wave: refused by the API server', '', ({rollout}) => refused(rollout.phase)],
	[
		'a wave: events delivered of those due',
		'all',
		({rollout: {eventsDelivered, eventsDue}}) => `${whole.format(eventsDelivered)} of ${whole.format(eventsDue)}`,
		'103 of about 8,000 (N = 1,000)',
	],
	[
		'a wave: until all have succeeded',
		'',
		({rollout}) => `${tenths.format(rollout.phase.seconds)} s`,
		'84.6 s (N = 1), 16 min (N = 1,000)',
	],
	['the same writes by a bare client', '', ({bareClient}) => `${tenths.format(bareClient.seconds)} s`],
	['a wave, over the larger of the bare client’s time and a single rollout’s', `${DAEMONS_WAVE} (N = 1,000)`, () => ''],
	[
		'a wave: CPU of all that runs here, of what the cores have',
		'',
		({rollout: {phase}}, cores) => share(phase.machineCpuSeconds, phase.seconds * cores),
	],
	[
		'of it, the daemon’s, its aftermath included',
		'',
		({rollout}) => `${tenths.format(rollout.phase.cpuSeconds)} s`,
		'132 s (N = 1,000, whole measurement)',
	],
	[
		'the bare client’s writes: CPU of all, of what the cores have',
		'',
		({bareClient}, cores) => share(bareClient.machineCpuSeconds, bareClient.seconds * cores),
	],
	[
		'a rollout’s duration: median / 99 % / most, s',
		'steps + pod starts + settle + drain + 2',
		({rollout}) => spread(rollout.durationSeconds),
	],
	['new template to first write: median / 99 % / most, s', '', ({rollout}) => spread(rollout.reactionSeconds)],
	['a step later than due: median / 99 % / most, s', '', ({rollout}) => spread(rollout.stepLateSeconds)],
	['drift from first step to last: median / 99 % / most, s', 'none', ({rollout}) => spread(rollout.driftSeconds)],
	['initialise all', '', ({initialise}) => `${tenths.format(initialise.seconds)} s`, '4.5 min (N = 1,000)'],
	['start with all existing: ready', '', ({startUp}) => orDash(startUp.readySeconds)],
	['start with all existing: all resumed', 'below 10 s (N = 1,000)', ({startUp}) => orDash(startUp.resumedSeconds)],
	['start: writes / events / reads / watches', '', ({startUp}) => requests(startUp.phase)],
	['memory at rest (RSS)', '', ({idle}) => `${whole.format(idle.rssMb)} MB`],
	['of it, pages of files: Node and its libraries', '', ({idle}) => `${whole.format(idle.fileMb)} MB`],
	[
		'memory at most (RSS)',
		`${BASE_MB} MB + 60 KB a Canary`,
		(one) => `${whole.format(peakOf(one))} MB`,
		'142 MB (N = 1,000)',
	],
	['goal of memory for so many', '', ({canaries}) => `${whole.format(BASE_MB + MB_A_CANARY * canaries)} MB`],
];

const refused = ({requests: {refused: byCode}}: Phase): string => {
	const codes = Object.entries(byCode).map(([code, count]) => `${count} × ${code}`);
	return codes.length === 0 ? '0' : codes.join(', ');
};

/** The wave against the longer of what the server and what the timetable needs. */
const waveShare = (one: Measurement, single: number): string =>
	hundredths.format(one.rollout.phase.seconds / Math.max(one.bareClient.seconds, single));

const table = (results: readonly Results[]): readonly string[] => {
	const sizes = results.map(({measured}) => measured);
	const single = sizes[0]?.rollout.durationSeconds.median ?? Number.NaN;
	const cells = ([what, , cell]: Row, {measured, machine}: Results): string =>
		what.startsWith('a wave, over') ? waveShare(measured, single) : cell(measured, machine.cores);
	const line = (parts: readonly string[]): string => `| ${parts.join(' | ')} |`;
	return [
		line(['', ...sizes.map(({canaries}) => `N = ${whole.format(canaries)}`), 'goal', 'the peer, 1.44']),
		line(['---', ...sizes.map(() => '---:'), '---', '---']),
		...rows.map((row) => line([row[0], ...results.map((one) => cells(row, one)), row[1], row[3] ?? ''])),
	];
};

const machineText = ({cpu, cores, memoryGb, node, loadBefore}: Machine): string => {
	const calm = loadBefore < 1 ? 'otherwise idle' : `shared with other work (load ${loadBefore} before it began)`;
	return `${cpu}, ${cores} shared cores, ${memoryGb} GB, x86-64 virtual machine, Node ${node}, ${calm}.`;
};

const settings = (results: readonly Results[]): readonly string[] =>
	results.map(({measured: {canaries, namespaces, foreign}, machine}) => {
		const others = [foreign.deployments, foreign.pods, foreign.secrets].map((count) => whole.format(count));
		return (
			`- N = ${whole.format(canaries)}: ${namespaces} namespaces with Canaries; ${others[0]} Deployments, ${others[1]} Pods ` +
			`and ${others[2]} Secrets of others. ${machineText(machine)}`
		);
	});

/** How soon users are back on the primary. */
const reactionsText = (reactions: Reactions): string => {
	const {canaries, crash, revision, breach, threshold, intervalSeconds, machine} = reactions;
	const exact = ({median, p99, max}: Spread): string =>
		[median, p99, max].map((value) => hundredths.format(value)).join(' / ');
	const rounds = threshold * intervalSeconds;
	return `## Reactions

${canaries} Canaries, all at once, with 30 % of the traffic on each canary, on the same kind of cluster. ${machineText(machine)}
Both ends are what a watch of the harness's own tells; a breach begins when Prometheus' answers turn bad.

| until a canary has no traffic any more, s | median / 99 % / most | goal |
| --- | ---: | --- |
| from the event that no pod of it is ready | ${exact(crash)} | 1 |
| from the event of another template in mid-run | ${exact(revision)} | 1 |
| from bad answers, ${threshold} checks ${intervalSeconds} s apart | ${exact(breach)} | ${rounds} + 1 |`;
};

const introduction = `<!-- Written by bench/kubernetes/write-docs.ts from bench/results; edits are overwritten. -->
# Performance

What Aviary costs the API server, Prometheus, and the machine that it runs on; measured by \`npm run bench\`.

The API server is a real one (kube-apiserver, etcd and kube-controller-manager of Kubernetes 1.36, on the same machine as
everything else), with its default limits on requests in flight and its default priority and fairness. Its audit log
counts the requests. The daemon is what ships, a process of its own, as the service account that the manifests install.
Nodes are played: pods are ready as soon as they are seen. Prometheus is played: it answers at once, and counts. Canaries
are of today's shape, on Istio: five steps of 10 s to 50 %, two metrics; a wave gives all targets their next version at
once. Objects of others lie in the Canaries' namespaces and in ten more. A bare client writes what a wave writes, under
the same limits, with as many writes in flight: what the server itself needs. Memory and its peak are the kernel's
(VmRSS, VmHWM); each phase counts five seconds of its aftermath.`;

const remarks = `The peer was measured on another occasion; its figures are as published with the goals.

Reads: a daemon lists the records of runs of a namespace once, when the first run there has ended, for older ones may
have to go; from then on it knows them from its own writes. To find them out without a read they would have to be
watched, which costs the same list, and a watch for ever.

Where a wave takes longer than the bare client the table says what of: where the cores have nothing left, everything
on the machine waits for everything else, the API server for the daemon, too. Elsewhere the daemon has cores of its own.
So the goals for a thousand at once are missed here: their steps come late and drift, a judge that keeps its interval
while a step's write waits asks more often than once a step, and where a rollout seems to write less than elsewhere, the
last writes to records, which go in the last lane, were still waiting when the aftermath was over. With a hundred, steps
keep their time, and what a rollout takes beyond its own is the wait for its first write, for all begin at once.

Memory: pages of files are code of the Node binary and of the C library. They are clean, so the kernel drops them when
memory gets short; containers of one image on a node share them. A pod's working set, by which the kubelet evicts and
which \`kubectl top\` shows, counts those that are in active use and were first read by this pod; a memory limit reclaims
them before it kills. What is the daemon's own is the rest.`;

const howTo = `## Run it

\`\`\`bash
npm run bench                                             # N = 1, 10, 100, 1,000; 15 minutes idle; takes hours
npm run bench -- --canaries 1,10,100 --idle 1m --foreign small
npm run bench -- --name peer --manifests peer.yaml --command \\
  "peer -kubeconfig={kubeconfig} -metrics-server={metricsServer} -port={port} -mesh-provider=istio"
npm run bench:paired -- --base REV                        # against another commit, in turn, as ratios
npm run bench:reactions                                   # the reactions; five minutes
npm run bench:pages                                       # this page, from the results that are there
\`\`\`

The first run builds the control plane from Go modules. \`--help\` lists the flags. \`--node-flags="--cpu-prof"\` profiles.
Results are \`bench/results/NAME-N.json\`, with requests by verb and resource for each phase.
\`test/e2e/bench.test.ts\` keeps the harness alive.`;

/** The whole page. */
export const performancePage = (results: readonly Results[], reactions: Reactions): string => {
	const figures = ['## Results', settings(results).join('\n'), table(results).join('\n'), remarks];
	return `${[introduction, ...figures, reactionsText(reactions), howTo].join('\n\n')}\n`;
};
