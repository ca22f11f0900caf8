// Finds and reads a scenario: a built-in one by its name, or any file; with its manifests, for one shape of Canary.
import {readFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {objectsOf} from '../embedded.ts';
import {builtInScenarios, scenarioPath} from './built-in.ts';
import type {Entry, Expect, Manifest, ScenarioFile, Variant, Version} from './format.ts';
import {parseScenario, ScenarioError} from './mistakes.ts';

/** The first shape has both Deployments from its user; of today's the primary is generated. */
export type Shape = 'first' | 'today';

export type Key = {readonly namespace: string; readonly name: string};

/** An entry of the timeline whose manifests have been read. */
export type Happens = Omit<Entry, 'apply'> & {readonly apply?: readonly KubeObject[]};

/** A scenario for one shape, ready to be played. */
export type Scenario = {
	readonly name: string;
	readonly description: string;
	/** What is applied at the start. */
	readonly objects: readonly KubeObject[];
	/** The Deployment whose new version is released; what timelines mean by `release`. */
	readonly deployment?: Key;
	/** The first Canary of the manifests; what timelines ask a command of, unless they name another. */
	readonly canary?: Key;
	/** The new version of it that is applied once the Canary is initialized. */
	readonly next?: KubeObject;
	readonly timeline: readonly Happens[];
	readonly expect?: Expect;
};

const PREFIX = 'sandbox.aviary.dev/';

export const keyOf = (text: string): Key => {
	const [namespace = '', name = ''] = text.split('/');
	return {namespace, name};
};

type Template = {metadata?: {annotations?: Record<string, string>}; spec?: {containers?: Array<{image?: string}>}};

/** The Deployment in another version: its first container's image, and how its pods behave. What is absent stays. */
export const inVersion = (deployment: KubeObject, {image, behaviour}: Version): KubeObject => {
	const copy = structuredClone(deployment);
	const template = copy.spec?.['template'] as Template;
	if (behaviour !== undefined) {
		const kept = Object.entries(template.metadata?.annotations ?? {}).filter(([name]) => !name.startsWith(PREFIX));
		const added = Object.entries(behaviour).map(([name, value]) => [`${PREFIX}${name}`, value] as const);
		template.metadata = {...template.metadata, annotations: Object.fromEntries([...kept, ...added])};
	}

	const container = template.spec?.containers?.[0];
	if (image !== undefined && container !== undefined) {
		container.image = image;
	}

	return copy;
};

const textOf = async (file: string, by: string): Promise<string> => {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code ?? String(error);
		throw new ScenarioError(`${by}: cannot read ${file} (${code}); correct the path`, {cause: error});
	}
};

const isObject = (value: Readonly<Record<string, unknown>>): boolean =>
	['apiVersion', 'kind'].every((field) => typeof value[field] === 'string') &&
	typeof (value['metadata'] as {name?: unknown} | undefined)?.name === 'string';

const manifestOf = async (manifest: Manifest, file: string): Promise<readonly KubeObject[]> => {
	if (typeof manifest !== 'string') {
		if (!isObject(manifest)) {
			throw new ScenarioError(`${file}: a manifest lacks apiVersion, kind or metadata.name; write all three`);
		}

		return [manifest as KubeObject];
	}

	const path = resolve(dirname(file), manifest);
	const text = await textOf(path, file);
	try {
		return objectsOf(text);
	} catch (error) {
		throw new ScenarioError(`${path}: ${(error as Error).message}; mend the YAML`, {cause: error});
	}
};

const manifestsOf = async (manifests: readonly Manifest[], file: string): Promise<readonly KubeObject[]> =>
	(await Promise.all(manifests.map((manifest) => manifestOf(manifest, file)))).flat();

type Release = NonNullable<Variant['release']>;

/** What a file applies and releases; from the file that it extends, where it says nothing itself. */
type Ground = {
	readonly objects: readonly KubeObject[];
	readonly release: Release | undefined;
};

const variantOf = (content: ScenarioFile, shape: Shape, file: string): Variant => {
	const {shapes} = content;
	if (shapes !== undefined && shapes[shape] === undefined) {
		const known = Object.keys(shapes).join(', ');
		throw new ScenarioError(`${file}: it has no shape ${shape}; ask for --shape ${known}, or add shapes.${shape}`);
	}

	return shapes?.[shape] ?? {};
};

/** Deeper than anyone builds on another's scenario. */
const DEPTH_MAX = 8;

const groundOf = async (content: ScenarioFile, shape: Shape, file: string, depth = 0): Promise<Ground> => {
	const variant = variantOf(content, shape, file);
	if (depth > DEPTH_MAX) {
		throw new ScenarioError(`${file}: extends leads in a circle; let one of the files stand for itself`);
	}

	let base: Ground = {objects: [], release: undefined};
	if (content.extends !== undefined) {
		const path = scenarioPath(content.extends, dirname(file));
		base = await groundOf(parseScenario(await textOf(path, file), path), shape, path, depth + 1);
	}

	const manifests = [...(content.manifests ?? []), ...(variant.manifests ?? [])];
	const release = {...base.release, ...content.release, ...variant.release};
	return {
		objects: [...base.objects, ...(await manifestsOf(manifests, file))],
		release: Object.keys(release).length === 0 ? undefined : release,
	};
};

/** The objects with the release in them, and what is applied later. */
const released = ({objects, release}: Ground, file: string): Pick<Scenario, 'objects' | 'deployment' | 'next'> => {
	if (release === undefined) {
		return {objects};
	}

	const {namespace, name} = keyOf(release.deployment ?? '');
	const isMeant = ({kind, metadata}: KubeObject): boolean =>
		kind === 'Deployment' && metadata.name === name && (metadata.namespace ?? 'default') === namespace;
	const found = objects.find(isMeant);
	if (found === undefined) {
		const value = release.deployment ?? 'missing';
		throw new ScenarioError(`${file}: release.deployment is ${value}, of which there is no manifest; name one that is`);
	}

	const next = inVersion(found, release);
	return release.with === 'the initialized Canary'
		? {objects, deployment: {namespace, name}, next}
		: {objects: objects.map((one) => (one === found ? next : one)), deployment: {namespace, name}};
};

/** The first Canary of the objects. */
export const canaryOf = (objects: readonly KubeObject[]): Key | undefined => {
	const found = objects.find(({kind}) => kind === 'Canary')?.metadata;
	return found && {namespace: found.namespace ?? 'default', name: found.name};
};

const happensOf = async ({apply, ...entry}: Entry, file: string): Promise<Happens> => ({
	...entry,
	...(apply !== undefined && {apply: await manifestsOf(apply, file)}),
});

/** Reads the scenario that `word` names. Throws ScenarioError for what is wrong with it. */
export const readScenario = async (word: string, shape: Shape): Promise<Scenario> => {
	const file = scenarioPath(word);
	const names = builtInScenarios().join(', ');
	const isPath = /[/\\.]/.test(word);
	const content = parseScenario(
		await textOf(file, isPath ? '--scenario' : `--scenario ${word} is none of ${names}`),
		file,
	);
	const variant = variantOf(content, shape, file);
	const {objects, deployment, next} = released(await groundOf(content, shape, file), file);
	const entries = [...(content.timeline ?? []), ...(variant.timeline ?? [])];
	const unnamed = entries.findIndex(({release}) => release !== undefined && release.deployment === undefined);
	if (deployment === undefined && unnamed !== -1) {
		throw new ScenarioError(`${file}: timeline[${unnamed}].release names no deployment; write NAMESPACE/NAME`);
	}

	const canary = canaryOf(objects);
	const unaddressed = entries.findIndex(({command}) => command !== undefined && command.canary === undefined);
	if (canary === undefined && unaddressed !== -1) {
		throw new ScenarioError(`${file}: timeline[${unaddressed}].command names no canary; write NAMESPACE/NAME`);
	}

	const expect = {...content.expect, ...variant.expect};
	return {
		name: content.name,
		description: content.description,
		objects,
		...(deployment !== undefined && {deployment}),
		...(canary !== undefined && {canary}),
		...(next !== undefined && {next}),
		timeline: await Promise.all(entries.map((entry) => happensOf(entry, file))),
		...(Object.keys(expect).length > 0 && {expect}),
	};
};
