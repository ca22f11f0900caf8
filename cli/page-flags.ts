// The daemon's flags about the page and the HTTP interface behind it.
import {isIP} from 'node:net';
import {InvalidArgumentError, Option} from 'commander';
import type {DaemonConfig} from '../index.ts';
import {wholeNumber} from './flags.ts';

export type PageFlags = {
	readonly uiPort: number;
	readonly uiAddress?: string;
	readonly uiAuth: 'open' | 'token';
	readonly uiAllowedHosts?: readonly string[];
	readonly uiBasePath?: string;
};

/** Nothing without a port. */
export const pageOf = (flags: PageFlags): Pick<DaemonConfig, 'ui'> => {
	const {
		uiPort: port,
		uiAddress: address,
		uiAuth: auth,
		uiAllowedHosts: allowedHosts = [],
		uiBasePath: basePath,
	} = flags;
	return port === 0 ? {} : {ui: {port, address, auth, allowedHosts, basePath}};
};

const address = (text: string): string => {
	if (isIP(text) === 0) {
		throw new InvalidArgumentError('Write an IP address, such as 127.0.0.1 or ::1.');
	}

	return text;
};

const hosts = (text: string, before: readonly string[] = []): readonly string[] => [
	...before,
	...text
		.split(',')
		.map((name) => name.trim().toLowerCase())
		.filter((name) => name !== '')
		.map((name) => {
			if (!/^\.?[a-z\d]([a-z\d.-]*[a-z\d])?$/.test(name)) {
				throw new InvalidArgumentError(
					'Write names without scheme and port, such as aviary.example.com or .example.com.',
				);
			}

			return name;
		}),
];

const prefix = (text: string): string => {
	if (!/^(?:\/[\w.~-]+)+\/?$/.test(text)) {
		throw new InvalidArgumentError('Write a path such as /aviary.');
	}

	return text;
};

export const pageOptions = (): readonly Option[] => [
	new Option('--ui-port <number>', 'port of the page and its HTTP interface; 0 serves none')
		.argParser(wholeNumber(0, 65_535))
		.default(8090)
		.env('AVIARY_UI_PORT'),
	new Option('--ui-address <ip>', 'address that it listens on (default: all)')
		.argParser(address)
		.env('AVIARY_UI_ADDRESS'),
	new Option('--ui-auth <who>', 'who may read: everybody, or whoever has a token that may get Canaries')
		.choices(['open', 'token'])
		.default('open')
		.env('AVIARY_UI_AUTH'),
	new Option(
		'--ui-allowed-hosts <names>',
		'names by which it is reached, beside addresses, localhost and Services; .example.com is all below',
	)
		.argParser(hosts)
		.env('AVIARY_UI_ALLOWED_HOSTS'),
	new Option('--ui-base-path <path>', 'prefix under which it is reached').argParser(prefix).env('AVIARY_UI_BASE_PATH'),
];
