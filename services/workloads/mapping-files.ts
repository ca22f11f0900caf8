// The files in which mappings are declared: those that ship with the daemon, and the user's.
import {readdir, readFile} from 'node:fs/promises';
import {parseAllDocuments} from 'yaml';
import {readMapping, type WorkloadMapping} from '../../api/workload-mapping.ts';

const SHIPPED = new URL('../../artifacts/workload-mappings/', import.meta.url);

/** A file of mappings that cannot be used, said so that a person can mend it. */
export class BadMapping extends Error {
	readonly remedy: string;

	constructor(text: string, remedy: string) {
		super(text);
		this.name = 'BadMapping';
		this.remedy = remedy;
	}
}

/** The mappings in a YAML text, one a document, empty ones left out. Throws BadMapping at the first mistake. */
export const mappingsIn = (text: string, file: string): readonly WorkloadMapping[] =>
	parseAllDocuments(text).flatMap((document, index) => {
		const [mistake] = document.errors;
		const where = `${file}, document ${index + 1}`;
		if (mistake !== undefined) throw new BadMapping(`${where}: ${mistake.message}`, 'Write it as YAML');
		const value: unknown = document.toJS();
		if (value === null) return [];
		const {mapping, problems} = readMapping(value);
		const [problem] = problems;
		if (problem !== undefined) throw new BadMapping(`${where}: ${problem.text}`, problem.remedy);
		return [mapping];
	});

/** The mappings of a file. Throws BadMapping, and what reading a file throws. */
export const readMappingFile = async (file: string): Promise<readonly WorkloadMapping[]> =>
	mappingsIn(await readFile(file, 'utf8'), file);

let shipped: Promise<readonly WorkloadMapping[]> | undefined;

const readShipped = async (): Promise<readonly WorkloadMapping[]> => {
	const files = (await readdir(SHIPPED)).filter((file) => file.endsWith('.yaml')).sort();
	const read = async (file: string) => mappingsIn(await readFile(new URL(file, SHIPPED), 'utf8'), file);
	return (await Promise.all(files.map((file) => read(file)))).flat();
};

/** The mappings of artifacts/workload-mappings, read once. */
export const shippedMappings = (): Promise<readonly WorkloadMapping[]> => (shipped ??= readShipped());
