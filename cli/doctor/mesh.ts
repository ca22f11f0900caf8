// What routes traffic in this cluster: the APIs of the providers, as far as they are served.
import {oneOf} from '../../api/providers.ts';
import {providerNamed, providers} from '../../services/providers/index.ts';
import type {Api, Provider} from '../../services/providers/provider.ts';
import {rollouts} from '../../services/kubernetes/resources.ts';
import type {Access} from '../cluster-access.ts';
import {plain} from '../terminal.ts';
import {ask, broken, doubtful, sound, type Finding} from './finding.ts';

/** The groups of APIs that not every cluster has, by name, with the versions that this one serves. */
export type Served = ReadonlyMap<string, readonly string[]>;

/** Rejects with ApiError when the API server does not answer. */
const servedOf = async (access: Access): Promise<Served> => {
	const groups = new Set([rollouts.group, ...providers.flatMap(({apis}) => apis.map(({group}) => group))]);
	const found = await Promise.all(
		[...groups].map(async (group) => {
			const answer = await ask(access, `/apis/${group}`);
			if (answer.kind !== 'found') return [];
			const versions = (answer.body['versions'] ?? []) as ReadonlyArray<{readonly version?: unknown}>;
			return [[group, versions.map(({version}) => plain(version))] as const];
		}),
	);
	return new Map(found.flat());
};

/** Those versions of a group that count: the one that the provider's name says, `gatewayapi:v1`, else all it speaks. */
const versionsOf = ({versions}: Api, name: string | undefined): readonly string[] => {
	const said = versions.filter((version) => name?.endsWith(`:${version}`) === true);
	return said.length > 0 ? said : versions;
};

const isServedAs = (served: Served, api: Api, name?: string): boolean =>
	versionsOf(api, name).some((version) => served.get(api.group)?.includes(version) === true);

const isServed = (served: Served, {apis}: Provider, name?: string): boolean =>
	apis.length > 0 && apis.every((api) => isServedAs(served, api, name));

const lackOf = (served: Served, api: Api, name: string | undefined): string => {
	const found = served.get(api.group);
	const wanted = oneOf(versionsOf(api, name));
	return found === undefined
		? `${api.group} is not served`
		: `${api.group} is served in ${found.join(', ')} alone, not in ${wanted}`;
};

const speaking = (served: Served, {title, apis}: Provider): string =>
	`${title}: ${apis.map(({group}) => `${group} ${(served.get(group) ?? []).join(', ')}`).join('; ')}`;

const REMEDY = 'or give the daemon another --mesh-provider';

const findingOf = (served: Served, meshProvider: string | undefined): Finding => {
	const present = providers.filter((provider) => isServed(served, provider));
	const named = providerNamed(meshProvider ?? 'istio');
	if (named !== undefined && named.apis.length === 0) {
		const others = present.length === 0 ? '' : `; there is ${present.map((one) => speaking(served, one)).join('; ')}`;
		return sound('Mesh', `none, as --mesh-provider=${meshProvider} says${others}`);
	}

	if (named !== undefined && isServed(served, named, meshProvider)) {
		const others = present.filter((one) => one !== named);
		return sound('Mesh', [named, ...others].map((one) => speaking(served, one)).join('; '));
	}

	if (named === undefined) {
		return broken('Mesh', `--mesh-provider=${meshProvider} is not supported`, 'choose one of docs/routers.md');
	}

	const lacks = named.apis.filter((api) => !isServedAs(served, api, meshProvider));
	const text = `${lacks.map((api) => lackOf(served, api, meshProvider)).join(', ')}: no route can be written`;
	const remedy = `install ${named.title}, ${REMEDY}`;
	return meshProvider === undefined ? doubtful('Mesh', text, remedy) : broken('Mesh', text, remedy);
};

/** Which groups of APIs there are, and what is to be said of them. `meshProvider` is undefined when no operator is known. */
export const examineMesh = async (
	access: Access,
	meshProvider: string | undefined,
): Promise<{readonly served: Served; readonly finding: Finding}> => {
	const served = await servedOf(access);
	return {served, finding: findingOf(served, meshProvider)};
};
