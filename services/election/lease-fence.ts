// A door that only a leader may go through: asked at the very moment of issue, so that nothing that waited, for a place,
// for credentials, or while the process was stopped, leaves after leadership has ended.
import {HttpError, type Door} from '../http/door.ts';

/** Whether requests may be issued now; once false for good. */
export type Fence = {isOpen(): boolean};

/** The door, shut as soon as the fence is: then requests reject with HttpError `fenced`, surely never sent. */
export const fenced = (door: Door, fence: Fence): Door => {
	const check = (url: string): void => {
		if (!fence.isOpen()) {
			throw new HttpError('fenced', `${new URL(url).origin}: not sent, this replica does not lead any more`);
		}
	};

	return {
		async request(request) {
			check(request.url);
			return door.request(request);
		},
		async stream(request) {
			check(request.url);
			return door.stream(request);
		},
		async close() {
			// The door stays open for whoever leads next.
		},
	};
};
