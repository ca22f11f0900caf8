// Where a daemon answers that no API server leads to: one on this machine, as the sandbox starts it. Its address is an
// extension of the kubeconfig's cluster, so that who uses that kubeconfig need not be told.
import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {delimiter, join} from 'node:path';
import {parse} from 'yaml';
import {DAEMON_EXTENSION} from '../api/kubeconfig-extension.ts';
import {at} from '../api/reading.ts';

type Wanted = {readonly kubeconfig?: string; readonly context?: string};

const filesOf = ({kubeconfig}: Wanted): readonly string[] =>
	kubeconfig === undefined
		? (process.env['KUBECONFIG'] ?? join(homedir(), '.kube', 'config')).split(delimiter)
		: [kubeconfig];

const named = (list: unknown, name: unknown): unknown =>
	Array.isArray(list) ? (list as readonly unknown[]).find((one) => at(one, 'name') === name) : undefined;

/** What is asked there is asked without credentials, and of this machine alone: a kubeconfig may come from anywhere. */
const isHere = (address: string): boolean =>
	URL.canParse(address) && ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(address).hostname);

/** The base address of the daemon's page, undefined where the kubeconfig names none; what cannot be read names none. */
export const daemonAddress = (wanted: Wanted): string | undefined => {
	for (const file of filesOf(wanted)) {
		try {
			const config: unknown = parse(readFileSync(file, 'utf8'));
			const context = named(at(config, 'contexts'), wanted.context ?? at(config, 'current-context'));
			const cluster = named(at(config, 'clusters'), at(context, 'context', 'cluster'));
			const address = at(named(at(cluster, 'cluster', 'extensions'), DAEMON_EXTENSION), 'extension', 'page');
			if (typeof address === 'string' && isHere(address)) return address.replace(/\/+$/, '');
		} catch {
			// Who needs the file says what is wrong with it.
		}
	}

	return undefined;
};
