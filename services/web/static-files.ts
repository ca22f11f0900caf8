// The page's files: read once, when they are first asked for, and only from their folder.
import {createHash} from 'node:crypto';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export type StaticFile = {
	readonly type: string;
	readonly etag: string;
	readonly body: Buffer;
	readonly isLasting: boolean;
};

const types: Readonly<Record<string, string>> = {
	'.css': 'text/css; charset=utf-8',
	'.html': 'text/html; charset=utf-8',
	'.ico': 'image/x-icon',
	'.js': 'text/javascript; charset=utf-8',
	'.json': 'application/json; charset=utf-8',
	'.png': 'image/png',
	'.svg': 'image/svg+xml',
	'.txt': 'text/plain; charset=utf-8',
	'.webmanifest': 'application/manifest+json',
	'.woff2': 'font/woff2',
};

const LISTING_MAX = 1000;

/** A name with a digest in it, as bundlers write them, never has another content. */
const hasDigest = /[-.][\da-zA-Z_-]{8,}\.\w+$/;

/** Every file of a folder by its path with slashes; nothing when the folder is not there. Links are left out. */
const read = async (folder: string): Promise<ReadonlyMap<string, StaticFile>> => {
	const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch(() => []);
	const files = entries.filter((entry) => entry.isFile()).slice(0, LISTING_MAX);
	const read = files.map(async (entry) => {
		const file = path.join(entry.parentPath, entry.name);
		const body = await readFile(file);
		const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
		const type = types[path.extname(entry.name)] ?? 'application/octet-stream';
		const name = path.relative(folder, file).split(path.sep).join('/');
		return [name, {type, etag, body, isLasting: name.startsWith('assets/') && hasDigest.test(entry.name)}] as const;
	});
	return new Map(await Promise.all(read));
};

/** Looks a file up by its path; the folder's `index.html` for an empty one. */
export const createStaticFiles = (place: string | URL): ((name: string) => Promise<StaticFile | undefined>) => {
	const folder = typeof place === 'string' ? place : fileURLToPath(place);
	let files: Promise<ReadonlyMap<string, StaticFile>> | undefined;
	return async (name) => {
		files ??= read(folder);
		const known = await files;
		if (known.size === 0) {
			// Perhaps it is built in a moment.
			files = undefined;
		}

		return known.get(name === '' ? 'index.html' : name);
	};
};
