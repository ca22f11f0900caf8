// The counters as text, for a real Prometheus to scrape.
import type {Labels} from '../objects.ts';
import {formatSample} from './go-numbers.ts';
import {NAME} from './labels.ts';
import {familyOf, typeOfMetric} from './listings.ts';
import type {Exposed} from './samples.ts';

/** The content type of Prometheus' text format. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const escaped = (value: string): string =>
	value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const lineOf = (labels: Labels, value: number): string => {
	const {[NAME]: name = '', ...others} = labels;
	const pairs = Object.entries(others).map(([label, text]) => `${label}="${escaped(text)}"`);
	return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${formatSample(value)}`;
};

/** The text: a metric's lines together, below its type. */
export const exposition = (exposed: Iterable<Exposed>): string => {
	const all = [...exposed];
	const names = new Set(all.map(({labels}) => labels[NAME] ?? ''));
	const families = new Map<string, string[]>();
	for (const {labels, value} of all) {
		const family = familyOf(labels[NAME] ?? '', names);
		const lines = families.get(family) ?? [`# TYPE ${family} ${typeOfMetric(family, names)}`];
		lines.push(lineOf(labels, value));
		families.set(family, lines);
	}

	return [...families.values()].map((lines) => `${lines.join('\n')}\n`).join('');
};
