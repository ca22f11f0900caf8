// An answer of the daemon, asked for again when something happens that it may tell of.
import {useEffect, useState} from 'preact/hooks';
import type {StreamEvent} from '../../api/http/stream-events.ts';
import {get, Refused} from '../net/api.ts';
import {onEvent} from '../store.ts';

export type Asked<T> = {readonly answer?: T | undefined; readonly refused?: Refused | undefined};

/** However much happens, it is asked at most once in so many milliseconds. */
const PAUSE_MS = 400;

/** `concerns`: which events make it ask again; a reset always does. */
export const useAsked = <T>(path: string, concerns: (event: StreamEvent) => boolean): Asked<T> => {
	const [asked, setAsked] = useState<Asked<T>>({});
	useEffect(() => {
		const over = new AbortController();
		let isAsking = false;
		let isStale = false;
		const look = async (): Promise<void> => {
			if (isAsking) {
				isStale = true;
				return;
			}

			isAsking = true;
			isStale = false;
			try {
				const answer = await get<T>(path, over.signal);
				setAsked({answer});
			} catch (error) {
				if (!over.signal.aborted) {
					const refused =
						error instanceof Refused ? error : new Refused({code: '', message: String(error), remedy: ''});
					// What was known stays, with a word that it is old.
					setAsked(({answer}) => ({answer: refused.code === 'not-found' ? undefined : answer, refused}));
				}
			}

			window.setTimeout(() => {
				isAsking = false;
				if (isStale && !over.signal.aborted) {
					void look();
				}
			}, PAUSE_MS);
		};
		void look();
		const forget = onEvent((event) => {
			if (event.event === 'reset' || concerns(event)) {
				void look();
			}
		});
		return () => {
			forget();
			over.abort();
		};
	}, [path]);
	return asked;
};
