// What becomes of a run, in the words that the chart's facts and the HTTP interface share.

/**
 * `resuming`: whether there is a run is not known yet, and nothing is published; `starting`: there is none yet, and the
 * primary is made; `blocked`: the same, and nothing is done until something is mended; `run`: it is under way and
 * undecided; `superseding`, `finishing` and `failing`: its end is decided, with the effects of that under way; `holding`:
 * it failed, and its users cannot leave the canary yet; `rest`: there is none; `mending`: there is none, and what is ours
 * is put right.
 */
export const courses = [
	'resuming',
	'starting',
	'blocked',
	'run',
	'superseding',
	'finishing',
	'failing',
	'holding',
	'rest',
	'mending',
] as const;
export type Course = (typeof courses)[number];

/** A run is under way, from its beginning until its users and replicas are where its end leaves them. */
export const isOfRun = (course: Course | ''): boolean =>
	course === 'run' || course === 'superseding' || course === 'finishing' || course === 'failing';
