// Writes what is generated from the schemas: the CRDs and the reference page. Run by `npm run generate`.
import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {stringify} from 'yaml';
import {definitions} from './crds.ts';
import {openApi} from './http/openapi.ts';
import {referencePage} from './reference-page.ts';

const header = '# Written by npm run generate from api/; edits are overwritten.\n';

/** Every generated file by its path in the repository. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
	new Map([
		...definitions.map(
			(definition) => [`artifacts/crds/${definition.metadata.name}.yaml`, header + manifest(definition)] as const,
		),
		['artifacts/crds/Kustomization', header + kustomization()] as const,
		['docs/reference/canary.md', referencePage()] as const,
		['docs/reference/openapi.json', `${JSON.stringify(openApi(), undefined, '\t')}\n`] as const,
	]);

/** YAML 1.1, for kubectl reads `no` and `on` as booleans; no anchors, for the reader's sake. */
const manifest = (object: unknown): string =>
	stringify(object, {version: '1.1', aliasDuplicateObjects: false, lineWidth: 0});

/** For `kubectl apply -k`. Its file's name has no extension, so that `kubectl apply -f artifacts/crds` passes it over. */
const kustomization = (): string =>
	manifest({
		apiVersion: 'kustomize.config.k8s.io/v1beta1',
		kind: 'Kustomization',
		resources: definitions.map(({metadata}) => `${metadata.name}.yaml`).sort(),
	});

if (import.meta.main) {
	const root = join(import.meta.dirname, '..');
	for (const [path, text] of generatedFiles()) {
		const file = join(root, path);
		await mkdir(dirname(file), {recursive: true});
		await writeFile(file, text);
	}
}
