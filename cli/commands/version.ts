// `aviary version`: what runs here.
import {readFile} from 'node:fs/promises';
import type {Command} from 'commander';
import {examples} from '../flags.ts';
import type {Terminal} from '../terminal.ts';

const versionIn = async (manifest: string): Promise<string> => {
	const {version} = JSON.parse(await readFile(new URL(manifest), 'utf8')) as {version: string};
	return version;
};

/** The versions of the package, of Node and of XState. */
export const versionText = async (): Promise<string> => {
	const [aviary, xstate] = await Promise.all([
		versionIn(new URL('../../package.json', import.meta.url).href),
		versionIn(import.meta.resolve('xstate/package.json')),
	]);
	return `aviary ${aviary}\nnode ${process.versions.node}\nxstate ${xstate}\n`;
};

/** Registers `version`. */
export const registerVersion = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('version')
		.description('print the versions of aviary, Node and XState')
		.addHelpText('after', examples('aviary version'))
		.action(async () => {
			terminal.write(await versionText());
			end(0);
		});
};
