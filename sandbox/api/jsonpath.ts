// The part of Kubernetes' JSONPath that printer columns use: fields, indexes, `[*]`, and `[?(@.a=="b")]`.
import {isRecord} from './json.ts';

type Step = (value: unknown) => readonly unknown[];

const field =
	(name: string): Step =>
	(value) =>
		isRecord(value) && value[name] !== undefined ? [value[name]] : [];

const everyItem: Step = (value) =>
	Array.isArray(value) ? (value as unknown[]) : isRecord(value) ? Object.values(value) : [];

const at =
	(index: number): Step =>
	(value) => {
		const item: unknown = Array.isArray(value) ? value.at(index) : undefined;
		return item === undefined ? [] : [item];
	};

const where = (path: string, operator: string, literal: string): Step => {
	const read = jsonPath(path);
	const wanted = literal.replace(/^(['"])(.*)\1$/u, '$2');
	return (value) =>
		everyItem(value).filter((item) => read(item).some((found) => String(found) === wanted) === (operator === '=='));
};

const pieces: ReadonlyArray<readonly [RegExp, (match: readonly string[]) => Step]> = [
	[/^\.?\[\*\]/u, () => everyItem],
	[/^\.?\[(-?\d+)\]/u, ([, index]) => at(Number(index))],
	[/^\.?\['([^']+)'\]/u, ([, name = '']) => field(name)],
	[/^\.?\["([^"]+)"\]/u, ([, name = '']) => field(name)],
	[
		/^\.?\[\?\(\s*@(\.[^=!\s]+)\s*(==|!=)\s*("[^"]*"|'[^']*'|[^)]+?)\s*\)\]/u,
		([, path = '', operator = '', literal = '']) => where(path, operator, literal),
	],
	[/^\.?((?:\\.|[^.[\\])+)/u, ([, name = '']) => (name === '*' ? everyItem : field(name.replaceAll(/\\(.)/gu, '$1')))],
];

const compile = (path: string): readonly Step[] => {
	const steps: Step[] = [];
	let rest = path.replace(/^\{(.*)\}$/u, '$1').replace(/^\$/u, '');
	while (rest !== '' && rest !== '.') {
		const piece = pieces.map(([form, build]) => [form.exec(rest), build] as const).find(([match]) => match !== null);
		if (piece === undefined) return [() => []];
		const [match, build] = piece;
		steps.push(build(match as readonly string[]));
		rest = rest.slice(match?.[0].length);
	}

	return steps;
};

/** What the path finds in a value; nothing for a path that is not understood. */
export const jsonPath = (path: string): Step => {
	const steps = compile(path);
	return (value) => steps.reduce<readonly unknown[]>((found, step) => found.flatMap((item) => step(item)), [value]);
};
