// Who may speak to the control plane: a token file for the administrator, and a webhook that knows the tests' people.
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import http from 'node:http';
import type {AddressInfo} from 'node:net';
import {json} from 'node:stream/consumers';

export type Connection = {readonly url: string; readonly caFile: string; readonly token: string};

/** Writes a kubeconfig with one cluster and one user; kubectl reads JSON as well as YAML. */
export const writeKubeconfig = async (file: string, {url, caFile, token}: Connection): Promise<string> => {
	const cluster = {server: url, 'certificate-authority': caFile};
	const config = {
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{name: 'e2e', cluster}],
		users: [{name: 'user', user: {token}}],
		contexts: [{name: 'e2e', context: {cluster: 'e2e', user: 'user'}}],
		'current-context': 'e2e',
	};
	await writeFile(file, JSON.stringify(config, undefined, '\t'), {mode: 0o600});
	return file;
};

export type People = {
	/** A token that the API server takes for this user. */
	admit(user: string, groups: readonly string[]): string;
	/** The configuration of the API server's token webhook. */
	readonly configFile: string;
	close(): void;
};

/** The API server asks this webhook about the tokens it does not know; so people can come while it runs. */
export const startPeople = async (configFile: string): Promise<People> => {
	const people = new Map<string, {username: string; groups: readonly string[]}>();
	const server = http.createServer((request, response) => {
		const answer = async (): Promise<void> => {
			const review = (await json(request)) as {apiVersion: string; kind: string; spec: {token: string}};
			const user = people.get(review.spec.token);
			const status = user ? {authenticated: true, user} : {authenticated: false};
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({apiVersion: review.apiVersion, kind: review.kind, status}));
		};
		answer().catch(() => response.destroy());
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	// Must not keep a test alive that forgot to stop its control plane.
	server.unref();
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const config = {
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{name: 'people', cluster: {server: url}}],
		users: [{name: 'api-server', user: {}}],
		contexts: [{name: 'people', context: {cluster: 'people', user: 'api-server'}}],
		'current-context': 'people',
	};
	await writeFile(configFile, JSON.stringify(config));
	return {
		admit(username, groups) {
			const token = randomBytes(16).toString('hex');
			people.set(token, {username, groups});
			return token;
		},
		configFile,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
};
