// `aviary version`: what runs here.
import type {Command} from 'commander';
import xstate from 'xstate/package.json' with {type: 'json'};
import aviary from '../../package.json' with {type: 'json'};
import {examples} from '../flags.ts';
import type {Terminal} from '../terminal.ts';

/** The versions of the package, of Node and of XState. */
export const versionText = (): string =>
	`aviary ${aviary.version}\nnode ${process.versions.node}\nxstate ${xstate.version}\n`;

/** Registers `version`. */
export const registerVersion = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('version')
		.description('print the versions of aviary, Node and XState')
		.addHelpText('after', examples('aviary version'))
		.action(() => {
			terminal.write(versionText());
			end(0);
		});
};
