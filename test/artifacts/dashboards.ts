// The dashboards as Grafana reads them, and their queries with the variables filled in.
import {readFile} from 'node:fs/promises';

export type Panel = {
	readonly id: number;
	readonly type: string;
	readonly title: string;
	readonly description?: string;
	readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
	readonly datasource?: {readonly uid: string};
	readonly targets?: ReadonlyArray<{readonly expr: string; readonly refId: string}>;
};

export type Dashboard = {
	readonly uid: string;
	readonly title: string;
	readonly schemaVersion: number;
	readonly panels: readonly Panel[];
	readonly templating: {
		readonly list: ReadonlyArray<{readonly name: string; readonly type: string; readonly definition?: string}>;
	};
};

export const read = async (name: string): Promise<Dashboard> =>
	JSON.parse(await readFile(new URL(`../../artifacts/dashboards/${name}.json`, import.meta.url), 'utf8')) as Dashboard;

export const queriesOf = ({panels}: Dashboard): readonly string[] =>
	panels.flatMap(({targets = []}) => targets.map(({expr}) => expr));

export type Values = Readonly<Record<string, string>>;

const values: Values = {
	namespace: 'test',
	name: 'podinfo',
	primary: 'podinfo',
	canary: 'podinfo-canary',
	job: 'aviary',
	__rate_interval: '1m',
};

/** As Grafana fills it in, with what was chosen; throws for a variable that nobody defined. */
export const filled = (query: string, chosen: Values = {}): string =>
	query.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => {
		const value = {...values, ...chosen}[name];
		if (value === undefined) throw new Error(`$${name} is no variable: ${query}`);
		return value;
	});
