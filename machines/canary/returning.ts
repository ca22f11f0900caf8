// How all traffic goes back to the primary. A refusal leads nowhere, for the port insists until it has succeeded.
import {noShare} from '../../api/shares.ts';
import {at} from './answers.ts';
import {base} from './setup.ts';

/** Once users are back, the judge is dismissed, and `more` is noted besides. */
export const returningTo = (target: string, ...more: ReadonlyArray<'start the wait'>) =>
	base.createStateConfig({
		invoke: {
			src: 'route traffic',
			input: ({context}) => ({model: context.model, share: noShare, insist: true}),
			onDone: {target, actions: ['dismiss the judge', {type: 'confirm the return', params: at}, ...more]},
		},
	});
