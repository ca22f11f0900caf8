// Assembles the root file system of the image: Node, the libraries that it is linked with, and the package; no shell,
// no package manager. The Dockerfile runs it, and so does the test that starts the result.
// Run: node build/root-filesystem.ts FOLDER
import {execFileSync} from 'node:child_process';
import {copyFile, mkdir, realpath, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {writePackage} from './package.ts';

/** Who the daemon is in its container; no user of the host. */
const USER = 65_532;

/** What the C library asks for, so that it knows who it is and looks up names in /etc/hosts before DNS. */
const ETC = {
	passwd: `root:x:0:0:root:/:/sbin/nologin\naviary:x:${USER}:${USER}:aviary:/:/sbin/nologin\n`,
	group: `root:x:0:\naviary:x:${USER}:\n`,
	'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/** The files that the loader maps for a program, the loader itself among them. */
const librariesOf = (program: string): readonly string[] =>
	execFileSync('ldd', [program], {encoding: 'utf8'})
		.split('\n')
		.flatMap((line) => /(?:=> |^\s+)(\/\S+) \(/u.exec(line)?.[1] ?? []);

/** Writes the root file system into a folder, in the place of what is there; with the Node that runs this. */
export const writeRootFilesystem = async (folder: string): Promise<void> => {
	await rm(folder, {recursive: true, force: true});
	const node = await realpath(process.execPath);
	const files = [[node, '/usr/bin/node'], ...librariesOf(node).map((file) => [file, file])] as const;
	for (const [from = '', to = ''] of files) {
		await mkdir(path.join(folder, path.dirname(to)), {recursive: true});
		await copyFile(from, path.join(folder, to));
	}

	await mkdir(path.join(folder, 'etc'));
	for (const [name, text] of Object.entries(ETC)) {
		await writeFile(path.join(folder, 'etc', name), text);
	}

	await writePackage(path.join(folder, 'aviary'));
};

if (import.meta.main) {
	const [, , folder] = process.argv;
	if (folder === undefined) {
		process.stderr.write('root-filesystem: name the folder to write\n');
		process.exitCode = 2;
	} else {
		await writeRootFilesystem(path.resolve(folder));
	}
}
