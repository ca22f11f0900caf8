// A revision on its way to the primary, or back.
import type {Rows} from './row.ts';

export const promoting = {
	promoting: {
		description: 'The analysed revision is copied onto the primary, and users go back to it.',
		course: 'run',
		phase: 'Promoting',
		awaits: 'nothing',
		whom: 'the world',
		wait: 'the rolling update',
		next: 'the end of the promotion',
	},
	'promoting.keeping': {
		description: 'The template that the primary runs is kept, so that the promotion can be taken back.',
	},
	'promoting.copying': {description: 'The analysed template is copied onto the primary.'},
	'promoting.rolling': {
		description:
			'The primary rolls to the new revision; users stay on the proven canary. Where they go back by steps, each lasts here.',
		awaits: 'workloads',
	},
	'promoting.sheltering': {
		description: 'Users are kept from pods that nobody has analysed: the target has changed meanwhile.',
	},
	'promoting.takingBack': {
		description: 'The promotion is taken back, for the analysis turned against it or somebody said so.',
		next: 'the way back',
	},
	'promoting.takingBack.writing': {
		description: 'The primary gets the template that it was promoted with before.',
	},
	'promoting.takingBack.returning': {
		description: 'The primary gets all traffic as soon as a pod of it is ready.',
		awaits: 'workloads',
		wait: 'a pod of the primary',
	},
	'promoting.routing': {description: 'The promoted primary gets all traffic.'},
} as const satisfies Rows<'promoting'>;
