// The dashboards on the sandbox: its Prometheus knows what Grafana asks it for, to fill their variables.
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {startSandbox} from '../../sandbox/sandbox.ts';
import {readScenario} from '../../sandbox/scenario/read.ts';
import {silentLog} from '../../services/log.ts';

type Dashboard = {
	readonly templating: {
		readonly list: ReadonlyArray<{readonly name: string; readonly type: string; readonly definition?: string}>;
	};
};

test('every variable has values, and they lead to a Canary', async (t) => {
	const folder = await mkdtemp(join(tmpdir(), 'aviary-dashboards-'));
	t.teardown(() => rm(folder, {recursive: true}));
	const sandbox = await startSandbox({
		speed: 60,
		scenario: await readScenario('good', 'first'),
		objects: [],
		port: 0,
		gatewayPort: 0,
		rps: 20,
		log: silentLog,
		kubeconfigOut: join(folder, 'kubeconfig'),
		onHappening() {},
		onEnd() {},
		onJudged() {},
	});
	t.teardown(() => sandbox.stop());
	const chosen: Record<string, string> = {};
	const valuesOf = async (selector: string, label: string): Promise<readonly string[] | undefined> => {
		const match = selector.replaceAll(/\$(\w+)/g, (_, name: string) => chosen[name] ?? '');
		const url = `${sandbox.prometheusUrl}/api/v1/label/${label}/values?${new URLSearchParams({'match[]': match}).toString()}`;
		const {data} = (await (await fetch(url)).json()) as {data: readonly string[]};
		return data.length > 0 ? data : undefined;
	};

	for (const name of ['operator', 'canary']) {
		const file = new URL(`../../artifacts/dashboards/${name}.json`, import.meta.url);
		const {templating} = JSON.parse(await readFile(file, 'utf8')) as Dashboard;
		for (const variable of templating.list.filter(({type}) => type === 'query')) {
			const {definition = ''} = variable;
			const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
			const [first = ''] = await eventually(definition, () => valuesOf(selector, label));
			chosen[variable.name] = first;
		}
	}

	t.deepEqual(chosen, {
		job: 'aviary',
		namespace: 'test',
		name: 'podinfo',
		primary: 'podinfo',
		canary: 'podinfo-canary',
	});
	const counters = await fetch(`${sandbox.countersUrl}/daemon`);
	t.is(counters.status, 200);
	t.regex(await counters.text(), /^aviary_canary_state\{/m);
});
