// A sandbox's happenings as a file: one JSON object a line, the first one says what it is.
import {createReadStream, createWriteStream} from 'node:fs';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {isBag} from '../api/reading.ts';
import type {Happening} from './scenario/happenings.ts';

const FORMAT = 'aviary-recording';
/** Raised when a reader of this version would misread what is written. */
const VERSION = 1;

/** A file that is no recording, or of another version. */
export class RecordingError extends Error {
	override name = 'RecordingError';
	readonly remedy: string;

	constructor(message: string, remedy: string, options?: ErrorOptions) {
		super(message, options);
		this.remedy = remedy;
	}
}

export type Recorder = {
	write(happening: Happening): void;
	/** Resolves when all is in the file. Rejects with what went wrong with it. */
	close(): Promise<void>;
};

/** Begins a recording, over what the file had. Rejects when it cannot be written. */
export const startRecording = async (file: string): Promise<Recorder> => {
	const stream = createWriteStream(file);
	let failure: Error | undefined;
	try {
		await once(stream, 'open');
	} catch (error) {
		throw new RecordingError(
			`cannot write the recording: ${(error as Error).message}`,
			'name another file by --record',
			{
				cause: error,
			},
		);
	}

	stream.on('error', (error) => {
		failure = error;
	});
	const line = (value: unknown): void => {
		stream.write(`${JSON.stringify(value)}\n`);
	};
	line({format: FORMAT, version: VERSION});
	return {
		write: line,
		async close() {
			await new Promise<void>((resolve) => {
				stream.once('close', resolve);
				stream.end();
			});
			if (failure !== undefined) {
				throw new RecordingError(`the recording is incomplete: ${failure.message}`, 'record again', {cause: failure});
			}
		},
	};
};

const parsed = (line: string): unknown => {
	try {
		return JSON.parse(line) as unknown;
	} catch {
		return undefined;
	}
};

const isHappening = (value: unknown): value is Happening =>
	isBag(value) && typeof value['kind'] === 'string' && Number.isFinite(value['at']);

const checkHeader = (value: unknown, file: string): void => {
	if (!isBag(value) || value['format'] !== FORMAT) {
		throw new RecordingError(`${file} is no recording of the sandbox`, 'name a file that --record has written');
	}

	if (value['version'] !== VERSION) {
		const version = JSON.stringify(value['version']);
		throw new RecordingError(`${file} is a recording of version ${version}`, `replay it with the Aviary that wrote it`);
	}
};

/** What was recorded, in order. A last line that was cut off is left out. Throws RecordingError. */
export async function* readRecording(file: string): AsyncGenerator<Happening> {
	const lines = createInterface({input: createReadStream(file), crlfDelay: Infinity});
	let number = 0;
	let broken = 0;
	for await (const line of lines) {
		number++;
		const value = parsed(line);
		if (number === 1) {
			checkHeader(value, file);
			continue;
		}

		if (broken > 0) {
			throw new RecordingError(`${file}:${broken}: no happening`, 'remove the line, or record again');
		}

		if (isHappening(value)) {
			yield value;
		} else {
			// The last line may have been cut off when the sandbox was killed.
			broken = number;
		}
	}

	if (number === 0) {
		checkHeader(undefined, file);
	}
}
