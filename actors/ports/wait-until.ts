// Waits until an instant. While the Canary is suspended its time stands still: what was left of the wait is left after.
import {fromPromise} from 'xstate';
import type {Answer, WaitOrder} from '../../machines/ports.ts';
import {sleep} from '../../services/clock.ts';
import type {Bindings} from '../life/bindings.ts';

export const waitUntil = ({services: {clock}, gate}: Bindings) =>
	fromPromise<Answer, WaitOrder>(async ({input: {until}, signal}) => {
		const suspendedBefore = gate.suspendedMs();
		for (;;) {
			const leftMs = until + gate.suspendedMs() - suspendedBefore - clock.now();
			if (leftMs > 0) {
				await sleep(clock, leftMs, signal);
			}

			await gate.unsuspended(signal);
			if (clock.now() >= until + gate.suspendedMs() - suspendedBefore) {
				return {at: clock.now()};
			}
		}
	});
