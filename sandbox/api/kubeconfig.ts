// The kubeconfig with which kubectl finds the sandbox.
import {mkdir, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {stringify} from 'yaml';
import {daemonExtension} from '../../api/kubeconfig-extension.ts';

const name = 'aviary-sandbox';

/** Writes a kubeconfig for `url` that only its owner can read. */
export const writeKubeconfig = async (file: string, url: string, page?: string): Promise<void> => {
	const config = {
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{name, cluster: {server: url, ...daemonExtension(page)}}],
		// Without any user kubectl may ask for a name and a password.
		users: [{name, user: {token: 'sandbox'}}],
		contexts: [{name, context: {cluster: name, user: name, namespace: 'default'}}],
		'current-context': name,
	};
	await mkdir(dirname(file), {recursive: true});
	await writeFile(file, stringify(config), {mode: 0o600});
};
