// Prometheus' text format: written for a real one to scrape, and read from those who expose it.
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

const NAMED = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?$/u;
const PAIR = /(\w+)="((?:[^"\\]|\\.)*)"/gu;
const numbers: Readonly<Record<string, number>> = {'+Inf': Infinity, '-Inf': -Infinity};

const unescaped = (text: string): string =>
	text.replaceAll(/\\(.)/gu, (_, letter: string) => (letter === 'n' ? '\n' : letter));

type Named = Pick<Exposed, 'key' | 'labels'>;

const namedOf = (key: string, target: Labels): Named | undefined => {
	const [, name = '', pairs = ''] = NAMED.exec(key) ?? [];
	const own = [...pairs.matchAll(PAIR)].map(([, label = '', content = '']) => [label, unescaped(content)] as const);
	return name === '' ? undefined : {key, labels: {[NAME]: name, ...Object.fromEntries(own), ...target}};
};

/**
 * Reads texts of one target: their series, with its labels, too. Values that are no numbers are left out. Labels are
 * read once, for a text has thousands of lines and nearly the same ones each time.
 */
export const expositionReader = (target: Labels): ((text: string) => readonly Exposed[]) => {
	let known = new Map<string, Named>();
	return (text) => {
		const present = new Map<string, Named>();
		const series = text.split('\n').flatMap((line) => {
			const end = line.lastIndexOf(' ');
			const [key, written] = [line.slice(0, end), line.slice(end + 1)];
			const value = numbers[written] ?? Number(written);
			if (line.startsWith('#') || end <= 0 || Number.isNaN(value)) return [];
			const named = known.get(key) ?? namedOf(key, target);
			if (named === undefined) return [];
			present.set(key, named);
			return [{...named, value}];
		});
		known = present;
		return series;
	};
};
