// The flag that names a file of workload mappings, and what is said when the file is wrong.
import {Option} from 'commander';
import type {DaemonConfig} from '../index.ts';
import {CommandError} from './errors.ts';

export type MappingFlags = {readonly workloadMappings?: string};

export const mappingOption = (): Option =>
	new Option(
		'--workload-mappings <file>',
		'how targets of other kinds are released, besides HelmRelease and Function; see docs/targets.md',
	).env('AVIARY_WORKLOAD_MAPPINGS');

/** What the file declares. Throws CommandError when it cannot be read or used. */
export const mappingsOf = async (file: string | undefined): Promise<Pick<DaemonConfig, 'workloadMappings'>> => {
	if (file === undefined) return {};
	const {BadMapping, readMappingFile} = await import('../services/workloads/mapping-files.ts');
	try {
		return {workloadMappings: await readMappingFile(file)};
	} catch (error) {
		const isMistake = error instanceof BadMapping;
		const text = isMistake
			? error.message
			: `--workload-mappings '${file}' cannot be read: ${(error as Error).message}`;
		const remedy = isMistake ? error.remedy : 'name a file that is there';
		throw new CommandError(text, remedy, {exitCode: 2, cause: error});
	}
};
