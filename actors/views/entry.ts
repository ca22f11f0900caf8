// What is kept of one Canary for those who look: little while it rests, and bounded in a run.
import type {AnnouncementView, CommandView, TransitionView} from '../../api/http/canary-views.ts';
import type {CanaryModel, Verdict} from '../../api/model.ts';
import type {CustodyNews, Life, Seen} from '../life/onlookers.ts';

export type Entry = {
	readonly key: string;
	model: CanaryModel;
	custody: Pick<CustodyNews, 'state' | 'error'>;
	life: Life | undefined;
	/** The state that was published last, though its life may have ended. */
	seen: Seen | undefined;
	/** The last round of checks of the run under way, or of the last one. */
	judged: {readonly revision: string; readonly verdict: Verdict} | undefined;
	/** When that state was entered. */
	since: number;
	readonly transitions: TransitionView[];
	readonly said: AnnouncementView[];
	readonly commands: CommandView[];
	/** The line that was told last, as JSON. */
	told: string;
};

export const kept = {transitions: 14, said: 8, commands: 5} as const;

export const newEntry = (key: string, model: CanaryModel, at: number): Entry => ({
	key,
	model,
	custody: {state: 'deciding', error: ''},
	life: undefined,
	seen: undefined,
	judged: undefined,
	since: at,
	transitions: [],
	said: [],
	commands: [],
	told: '',
});

/** Appends, and drops the oldest. */
export const push = <T>(list: T[], item: T, most: number): void => {
	list.push(item);
	if (list.length > most) {
		list.splice(0, list.length - most);
	}
};
