// Where the API server is and who we are to it. client-node knows the formats of configuration and credentials; no
// request goes through it (its typed calls drop unknown fields and have no time-outs: docs of the stack, §3).
import {KubeConfig} from '@kubernetes/client-node';
import type {Clock} from '../clock.ts';
import type {TlsOptions} from '../http/door.ts';

export type Credentials = {
	readonly headers: Readonly<Record<string, string>>;
	/** The same object for as long as its content is the same: the door keeps a connection pool for each. */
	readonly tls: TlsOptions | undefined;
};

/** The way to one API server. */
export type Connection = {
	/** Base URL without a slash at its end. */
	readonly server: string;
	/** The configuration's own namespace: the pod's in a cluster, the context's in a kubeconfig. */
	readonly namespace: string | undefined;
	/** What the kubeconfig calls its user; the API server may know it by another name. */
	readonly user?: string | undefined;
	/** Headers and TLS for the next request. Rejects when a file cannot be read or a plugin fails. */
	credentials(): Promise<Credentials>;
	/** The server answered 401: the next `credentials()` asks files and plugins anew. */
	renew(): void;
};

export type ConnectionOptions = {
	readonly clock: Clock;
	/** A kubeconfig file; without it KUBECONFIG, then ~/.kube/config, then the pod's service account. */
	readonly kubeconfig?: string | undefined;
	readonly context?: string | undefined;
};

/** Kubelet rotates a token long before it ends; client-go looks as often. */
const CREDENTIALS_MS = 60_000;
/** A server that always says 401 must not make us start a plugin for each request. */
const RENEWAL_MS = 5000;

const load = ({kubeconfig, context}: ConnectionOptions): KubeConfig => {
	const config = new KubeConfig();
	if (kubeconfig === undefined) {
		config.loadFromDefault();
	} else {
		config.loadFromFile(kubeconfig);
	}

	if (context !== undefined) {
		config.setCurrentContext(context);
	}

	const cluster = config.getCurrentCluster();
	if (cluster === null) {
		throw new Error(`kubeconfig: no cluster for the context "${config.getCurrentContext()}"`);
	}

	if (cluster.proxyUrl !== undefined) {
		throw new Error(`kubeconfig: cluster "${cluster.name}" has a proxy-url, which is not supported`);
	}

	if (config.getCurrentUser() === null) {
		// client-node skips the CA and the server's name, too, for a context without a user.
		config.users = [...config.users, {name: 'anonymous'}];
		const current = config.getCurrentContext();
		config.contexts = config.contexts.map((c) => (c.name === current ? {...c, user: 'anonymous'} : c));
	}

	// client-node refuses plain http without this flag, which means nothing for plain http.
	config.clusters = config.clusters.map((c) => (c.server.startsWith('http:') ? {...c, skipTLSVerify: true} : c));
	return config;
};

type Applied = {
	headers?: Record<string, unknown>;
	auth?: string;
	ca?: string | Buffer;
	cert?: string | Buffer;
	key?: string | Buffer;
	passphrase?: string;
	servername?: string;
	rejectUnauthorized?: boolean;
};

const fingerprint = (tls: TlsOptions): string =>
	JSON.stringify(tls, (_key, value: unknown) => (Buffer.isBuffer(value) ? value.toString('base64') : value));

const ask = async (config: KubeConfig): Promise<Credentials> => {
	const applied: Applied = {};
	await config.applyToHTTPSOptions(applied as Parameters<KubeConfig['applyToHTTPSOptions']>[0]);
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(applied.headers ?? {})) {
		// Token files often end with a line end, which no header may hold.
		headers[name.toLowerCase()] = String(value).trim();
	}

	if (applied.auth !== undefined) {
		headers['authorization'] = `Basic ${Buffer.from(applied.auth).toString('base64')}`;
	}

	const {ca, cert, key, passphrase, servername, rejectUnauthorized} = applied;
	return {headers, tls: {ca, cert, key, passphrase, servername, rejectUnauthorized}};
};

/** Reads the configuration. Throws when there is none or when it names no cluster. */
export const loadConnection = (options: ConnectionOptions): Connection => {
	const {clock} = options;
	let config = load(options);
	const current = config.getCurrentCluster();
	const secure = current?.server.startsWith('https:') === true;
	let known: {value: Promise<Credentials>; at: number} | undefined;
	let renewedAt = Number.NEGATIVE_INFINITY;
	let tls: TlsOptions | undefined;
	let print = '';

	const fresh = async (): Promise<Credentials> => {
		const answer = await ask(config);
		if (!secure || answer.tls === undefined) {
			return {headers: answer.headers, tls: undefined};
		}

		const now = fingerprint(answer.tls);
		if (tls === undefined || now !== print) {
			tls = answer.tls;
			print = now;
		}

		return {headers: answer.headers, tls};
	};

	// A plugin's credential is kept by client-node until it ends; a file is read once, so it is loaded anew.
	const reload = (): void => {
		if (config.getCurrentUser()?.exec === undefined || config.getCurrentUser()?.exec === null) {
			config = load(options);
		}
	};

	return {
		server: (current?.server ?? '').replace(/\/+$/, ''),
		namespace: config.getContextObject(config.getCurrentContext())?.namespace,
		user: config.getCurrentUser()?.name,
		async credentials() {
			const now = clock.monotonic();
			if (known === undefined || now - known.at > CREDENTIALS_MS) {
				if (known !== undefined) {
					reload();
				}

				const value = fresh();
				known = {value, at: now};
				value.catch(() => {
					known = undefined;
				});
			}

			return known.value;
		},
		renew() {
			if (clock.monotonic() - renewedAt >= RENEWAL_MS) {
				renewedAt = clock.monotonic();
				config = load(options);
				known = undefined;
			}
		},
	};
};

/** A server that asks for no credentials: the sandbox's, a test's, or `kubectl proxy`. */
export const openConnection = (server: string, namespace?: string): Connection => ({
	server: server.replace(/\/+$/, ''),
	namespace,
	credentials: () => Promise.resolve({headers: {}, tls: undefined}),
	renew() {},
});
