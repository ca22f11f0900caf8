// The alert rules: over metrics that exist, each tested by promtool (test/e2e/rules.test.ts) and in the runbook.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {parse} from 'yaml';
import {strangersIn} from './promql.ts';

type Rule = {
	readonly alert: string;
	readonly expr: string;
	readonly labels: {readonly severity: string};
	readonly annotations: {readonly summary: string; readonly description: string; readonly runbook: string};
};

type Groups = {readonly groups: ReadonlyArray<{readonly name: string; readonly rules: readonly Rule[]}>};

const text = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const read = async <Content>(path: string): Promise<Content> => parse(await text(path)) as Content;
const rulesIn = async (): Promise<readonly Rule[]> =>
	(await read<Groups>('artifacts/rules/aviary.rules.yaml')).groups.flatMap(({rules}) => rules);

test('every rule is over metrics and labels that somebody exposes', async (t) => {
	for (const {alert, expr} of await rulesIn()) t.deepEqual(strangersIn(expr), [], alert);
});

test('every alert says what happened, how bad it is, and has its section in the runbook, and the runbook no other', async (t) => {
	const rules = await rulesIn();
	const sections = [...(await text('docs/runbook.md')).matchAll(/^## (Aviary\w+)$/gm)].map(([, name]) => name);
	t.deepEqual(new Set(sections), new Set(rules.map(({alert}) => alert)));
	for (const {alert, labels, annotations} of rules) {
		t.true(['critical', 'warning'].includes(labels.severity), alert);
		t.true(annotations.summary !== '' && annotations.description.endsWith('.'), alert);
		t.is(annotations.runbook, `docs/runbook.md#${alert.toLowerCase()}`);
	}
});

test('promtool is given a case in which each alert fires, and one in which it does not', async (t) => {
	type Case = {readonly alert_rule_test: ReadonlyArray<{alertname: string; exp_alerts: readonly unknown[]}>};
	const {tests} = await read<{tests: readonly Case[]}>('artifacts/rules/aviary.rules.test.yaml');
	const asked = tests.flatMap((one) => one.alert_rule_test);
	for (const {alert} of await rulesIn()) {
		const answers = asked.filter(({alertname}) => alertname === alert).map((one) => one.exp_alerts.length > 0);
		t.true(answers.includes(true) && answers.includes(false), alert);
	}
});

test('the Prometheus operator’s manifest has the same groups', async (t) => {
	const {spec, kind} = await read<{spec: Groups; kind: string}>('artifacts/rules/prometheus-rule.yaml');
	t.is(kind, 'PrometheusRule');
	t.deepEqual(spec.groups, (await read<Groups>('artifacts/rules/aviary.rules.yaml')).groups);
});
