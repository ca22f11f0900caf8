// The licences of the packages whose code is in the bundle: most of them ask that their text goes along.
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {Metafile} from 'esbuild';

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LICENCE = /^(?:licen[cs]e|copying)/iu;

/** Folders of the packages that gave code to the bundle, below `root`, by the alphabet. */
const foldersOf = ({outputs}: Metafile): readonly string[] => {
	const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
	const used = inputs.filter(([, {bytesInOutput}]) => bytesInOutput > 0);
	return [...new Set(used.flatMap(([input]) => PACKAGE.exec(input)?.[1] ?? []))].sort();
};

/** One text with each package's name, version, licence, source and licence text. */
export const licencesOf = (metafile: Metafile, root: string): string => {
	const sections = foldersOf(metafile).map((folder) => {
		const place = path.join(root, folder);
		const manifest = JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8')) as {
			name: string;
			version: string;
			license?: string;
		};
		const texts = readdirSync(place)
			.filter((file) => LICENCE.test(file))
			.map((file) => readFileSync(path.join(place, file), 'utf8').trim());
		const {name, version, license = 'see below'} = manifest;
		return [`${name} ${version}`, `Licence: ${license}. Source: the npm package ${name}@${version}.`, ...texts].join(
			'\n\n',
		);
	});
	return `Aviary contains code of these packages.\n\n${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
};
