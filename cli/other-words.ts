// What people type who come from kubectl, Argo Rollouts or Flagger: each of their words answers with ours.

/** Our command line for theirs; `…` stands for what was written after the word. */
const ours: Readonly<Record<string, string>> = {
	abort: 'aviary rollback …',
	apply: 'kubectl apply -f FILE',
	create: 'kubectl apply -f FILE',
	dashboard: 'aviary sandbox here, and in a cluster the page of the daemon (daemon --ui-port, docs/page.md)',
	delete: 'kubectl delete canary …',
	describe: 'aviary explain …',
	edit: 'kubectl edit canary …',
	lint: 'kubectl apply --dry-run=server -f FILE for the fields, and aviary doctor for what they refer to',
	list: 'aviary get …',
	ls: 'aviary get …',
	restart: 'kubectl rollout restart of the target, which is a new revision',
	run: 'aviary daemon',
	serve: 'aviary daemon',
	set: 'kubectl set image of the target; aviary set-weight NAME WEIGHT for the canary’s share',
	show: 'aviary explain …',
	status: 'aviary explain …, or aviary wait … to wait for the verdict',
	stop: 'aviary pause … to hold the weight, or aviary rollback … to end the run',
	terminate: 'aviary rollback …',
	undo: 'aviary rollback … while a run is under way; after a promotion give the target its former template',
	unpause: 'aviary resume …',
};

/** What to type instead of a word that is no command of ours; undefined where it is nobody's. */
export const ourWordFor = (word: string, rest: readonly string[]): string | undefined =>
	Object.hasOwn(ours, word) ? ours[word]?.replaceAll('…', rest.length === 0 ? 'NAME' : rest.join(' ')) : undefined;
