// The transcripts as a real API server left them: what a session must leave on the embedded one, too.
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {transcriptOf, type Session, type Site} from './session.ts';

const EXPECTED = new URL('./expected/', import.meta.url);

/** Set, the real server's transcripts are written and not compared. */
export const isRecording = process.env['RECORD_TRANSCRIPTS'] === '1';

/** Types a session and compares its transcript with the recorded one. */
export const checkTranscript = async (t: ExecutionContext, session: Session, site: Site): Promise<void> => {
	const transcript = await transcriptOf(session, site);
	t.is(transcript, await readFile(new URL(`${session.title}.txt`, EXPECTED), 'utf8'));
};

/** Types a session on a real server and writes what it leaves. */
export const recordTranscript = async (t: ExecutionContext, session: Session, site: Site): Promise<void> => {
	await mkdir(EXPECTED, {recursive: true});
	await writeFile(new URL(`${session.title}.txt`, EXPECTED), await transcriptOf(session, site));
	t.pass();
};
