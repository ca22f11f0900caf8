// What the records of runs have come to, so that two runs can be compared.
import {runLabels} from '../../api/canary-run.ts';
import type {CanaryRun} from '../../api/canary-run.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

/** One record, without what a kill may cost it: times, gaps, and what was lost with a daemon's memory. */
export type Recorded = {
	readonly canary: string;
	readonly revision: string;
	/** Undefined for a record that nobody closed. */
	readonly outcome: string | undefined;
	readonly reason: string | undefined;
	readonly hasEnded: boolean;
	/** What was promoted; what it replaced may be lost with a daemon's memory. */
	readonly promoted: string | undefined;
};

/** Whether a Canary's status says that its run is over. */
export const isOver = ({phase}: Readonly<Record<string, unknown>>): boolean =>
	phase === 'Succeeded' || phase === 'Failed';

/** Whether there are records, and all have ended: the first one may still be on its way. */
export const isClosed = (records: readonly KubeObject[]): boolean =>
	records.length > 0 && records.every(({status}) => status?.['outcome'] !== undefined);

/** As the newest record stays until the next run ends, if its daemon died between the last status and the record. */
export const leftOpen = (records: readonly Recorded[]): readonly Recorded[] =>
	records.map((record, index) => {
		const isNewest = index === records.length - 1;
		return isNewest ? {...record, outcome: undefined, reason: undefined, hasEnded: false, promoted: undefined} : record;
	});

const recordedIn = (object: KubeObject): Recorded => {
	const {spec, status = {}} = object as unknown as CanaryRun;
	const label = object.metadata.labels?.[runLabels.outcome];
	const {outcome, reason, ended, digests} = status;
	return {
		canary: `${spec.kind}/${spec.canary}`,
		revision: spec.revision,
		outcome: outcome === label ? outcome : `${outcome}, and its label says ${label}`,
		reason,
		hasEnded: ended !== undefined,
		promoted: digests?.template,
	};
};

/** In the order in which the runs began. */
export const recordedRuns = (records: readonly KubeObject[]): readonly Recorded[] =>
	[...records]
		.sort((a, b) => String(a.spec?.['began']).localeCompare(String(b.spec?.['began'])))
		.map((record) => recordedIn(record));
