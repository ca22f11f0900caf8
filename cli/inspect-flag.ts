// `--inspect [ADDRESS]`: where Stately's inspector may look at the actors. What they know is nobody else's business, so
// the loopback alone will do.
import {isIP} from 'node:net';
import {InvalidArgumentError, Option} from 'commander';
import type {DaemonConfig} from '../index.ts';

type Inspection = NonNullable<DaemonConfig['inspect']>;

export type InspectFlags = {readonly inspect?: Inspection};

const PORT = 8095;

const isLoopback = (address: string): boolean =>
	(isIP(address) === 4 && address.startsWith('127.')) || address === '::1' || address === 'localhost';

/** Address and port as written; an IPv6 address with a port has brackets. */
const partsOf = (text: string): readonly [address: string, port: string] => {
	if (/^\d{1,5}$/.test(text)) {
		return ['127.0.0.1', text];
	}

	const [, v6, name, port = String(PORT)] = /^(?:\[([\da-f:.]+)\]|([^:[\]/]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
	return [v6 ?? name ?? text, port];
};

const inspection = (text: string): Inspection => {
	const [address, digits] = partsOf(text);
	const port = Number(digits);
	if (port > 65_535) {
		throw new InvalidArgumentError(`Write a port up to 65535, such as 127.0.0.1:${PORT}.`);
	}

	if (!isLoopback(address)) {
		throw new InvalidArgumentError(
			`Only the loopback will do, such as 127.0.0.1:${PORT}; from elsewhere use kubectl port-forward.`,
		);
	}

	return {address: address === 'localhost' ? '127.0.0.1' : address, port};
};

export const inspectOption = (): Option =>
	new Option('--inspect [address]', 'show the actors to Stately’s inspector, on the loopback alone')
		.argParser(inspection)
		.preset(`127.0.0.1:${PORT}`);
