// The daemon's own web server with pretended Canaries behind it, for numbers and texts that a cluster would not give.
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import type {CanaryDetail, CanarySummary} from '../../../api/http/canary-views.ts';
import type {SeriesView} from '../../../api/http/series-views.ts';
import type {RevisionDiffView} from '../../../api/http/diff-views.ts';
import type {Route} from '../../../services/web/routes.ts';
import {site, type SiteOptions} from '../../services/web/site.ts';

export const PAGE = path.join(import.meta.dirname, '../../../ui/dist');
const CHART = path.join(import.meta.dirname, '../../../actors/views/generated/chart.json');

export type Pretended = {
	readonly rows: readonly CanarySummary[];
	readonly detail?: CanaryDetail;
	readonly series?: SeriesView;
	readonly diff?: RevisionDiffView;
};

/** Serves the page; `tell` changes one row for everybody who looks. */
export const pretendDaemon = async (
	t: ExecutionContext,
	{rows, detail, series, diff}: Pretended,
	options: SiteOptions = {},
) => {
	const known = new Map(rows.map((row) => [`${row.namespace}/${row.name}`, row]));
	const chart = JSON.parse(await readFile(CHART, 'utf8')) as unknown;
	const read = (name: string, json: () => unknown): Route => ({
		method: 'GET',
		path: `api/v1/${name}`,
		access: name === 'about' || name === 'chart' ? 'public' : 'reader',
		answer: () => ({json: json()}),
	});
	const canary = 'canaries/{namespace}/{name}';
	const routes: readonly Route[] = [
		read('about', () => ({version: '0', auth: 'open', leading: true, speed: 1, now: new Date().toISOString()})),
		read('chart', () => chart),
		read(canary, () => detail),
		read(`${canary}/diff`, () => diff),
		read(`${canary}/runs`, () => ({items: []})),
		read(`${canary}/series`, () => series),
		{
			method: 'GET',
			path: 'api/v1/stream',
			access: 'reader',
			follow: () => ({reset: () => Promise.resolve({canaries: [...known.values()]}), admits: () => true}),
		},
	];
	const {feed, server, port} = await site(t, {routes, folder: PAGE, ...options});
	return {
		port,
		url: `http://127.0.0.1:${port}/`,
		close: () => server.close(),
		tell: (row: CanarySummary): void => {
			const {namespace, name} = row;
			known.set(`${namespace}/${name}`, row);
			const data = JSON.stringify({namespace, name, canary: row});
			feed.publish({event: 'canary', namespace, name, data});
		},
	};
};
