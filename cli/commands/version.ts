// `aviary version`: what runs here.
import {Option, type Command} from 'commander';
import xstate from 'xstate/package.json' with {type: 'json'};
import aviary from '../../package.json' with {type: 'json'};
import {examples} from '../flags.ts';
import {objectText, type ObjectFormat} from '../object-text.ts';
import type {Terminal} from '../terminal.ts';

/** The versions of the package, of Node and of XState. */
const versions = (): Readonly<Record<string, string>> => ({
	aviary: aviary.version,
	node: process.versions.node,
	xstate: xstate.version,
});

/** The same, a line each. */
export const versionText = (): string =>
	Object.entries(versions())
		.map(([name, version]) => `${name} ${version}\n`)
		.join('');

/** Registers `version`. */
export const registerVersion = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('version')
		.description('print the versions of aviary, Node and XState')
		.addOption(new Option('-o, --output <format>', 'another form').choices(['json', 'yaml']))
		.addHelpText('after', examples('aviary version', 'aviary version -o json | jq -r .aviary'))
		.action(async ({output}: {readonly output?: ObjectFormat}) => {
			terminal.write(output === undefined ? versionText() : await objectText(output, versions()));
			end(0);
		});
};
