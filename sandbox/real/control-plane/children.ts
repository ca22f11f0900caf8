// Programs that run beside a test and never outlive it, and the ports that they listen on.
import {spawn} from 'node:child_process';
import {randomInt} from 'node:crypto';
import {once} from 'node:events';
import {closeSync, openSync, readFileSync} from 'node:fs';
import net from 'node:net';

/** A running program; its output goes to `logFile`. */
export type Child = {
	readonly name: string;
	readonly logFile: string;
	isRunning(): boolean;
	/** Kills it at once, as a machine that fails would. */
	stop(): Promise<void>;
};

/**
 * Runs "$@" until it ends or standard input does. The pipe closes whenever this process ends, even by SIGKILL, or its
 * worker thread does, so that nothing is left behind. `stop` closes it too.
 */
const GUARD = [
	'exec 3<&0',
	'"$@" </dev/null 3<&- & child=$!',
	'{ read -r _ <&3; kill -KILL "$child"; } & guard=$!',
	'wait "$child"; code=$?',
	'kill "$guard" 2>/dev/null',
	'exit "$code"',
].join('\n');

export const startChild = (name: string, program: string, args: readonly string[], logFile: string): Child => {
	const log = openSync(logFile, 'a');
	const child = spawn('/bin/sh', ['-c', GUARD, name, program, ...args], {
		stdio: ['pipe', log, log],
		// Out of the terminal's reach: Ctrl-C is for this process, which then ends them in its own order.
		detached: true,
	});
	closeSync(log);
	// The pipe breaks when the program ends first, which `isRunning` tells already.
	child.stdin?.on('error', () => {});
	const ended = once(child, 'exit').catch(() => {});
	return {
		name,
		logFile,
		isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
		async stop() {
			child.stdin?.destroy();
			await ended;
		},
	};
};

/** The end of a program's log, for the message of the error that it caused. */
export const logTail = (child: Child, lines = 15): string =>
	readFileSync(child.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');

const listen = async (port: number): Promise<net.Server | undefined> => {
	const server = net.createServer();
	server.listen(port, '127.0.0.1');
	try {
		await once(server, 'listening');
		return server;
	} catch {
		return undefined;
	}
};

/**
 * Ports free on loopback, all different. They lie below the range that kernels give to outgoing connections: else a
 * client of a stopped API server could be given that very port, and be connected to itself.
 */
export const freePorts = async (count: number): Promise<number[]> => {
	const servers = new Map<number, net.Server>();
	for (let attempt = 0; servers.size < count && attempt < 1000; attempt++) {
		const port = randomInt(12_000, 32_000);
		const server = await listen(port);
		if (server) {
			servers.set(port, server);
		}
	}

	await Promise.all([...servers.values()].map((server) => new Promise((resolve) => server.close(resolve))));
	return [...servers.keys()];
};
