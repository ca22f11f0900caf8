// The release of podinfo that the built-in scenarios share, for tests that play it their own way.
import {readScenario, type Scenario, type Shape} from './scenario/read.ts';

export type {Shape};

/** What a built-in scenario applies, and the new version that follows once the Canary is initialized. */
export const releaseOf = async (name: string, shape: Shape): Promise<Pick<Scenario, 'objects' | 'next'>> => {
	const {objects, next} = await readScenario(name, shape);
	return {objects, ...(next !== undefined && {next})};
};
