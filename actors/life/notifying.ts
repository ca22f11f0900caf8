// One Canary's outbox: what people are to be told stands in the very status write that makes it true, as the condition
// `Notified`, and is told after that. So a crash between the two loses nothing: the next life finds it there.
import {noticeKinds} from '../../api/model.ts';
import type {Alert, CanaryModel, NoticeKind} from '../../api/model.ts';
import {newsOf, newsText, reportOf, severityOf} from '../../machines/words/news.ts';
import {factsOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import type {Status} from '../../machines/model/status.ts';
import {instantOf, timestamp} from '../../services/clock.ts';
import type {Clock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Notifications} from '../../services/notifiers/notifications.ts';
import type {Notice} from '../../services/notifiers/notifier.ts';
import type {LifeOnlooker, Said, Seen} from './onlookers.ts';

export type NotifiedCondition = {
	readonly type: 'Notified';
	readonly status: 'True' | 'False' | 'Unknown';
	readonly reason: 'Told' | 'GivenUp' | 'Pending';
	readonly message: string;
};

export type NotifyingOptions = {
	readonly notifications: Notifications;
	readonly clock: Clock;
	readonly about: {
		readonly apiVersion: string;
		readonly kind: string;
		readonly name: string;
		readonly namespace: string;
	};
	/** As it was when this life began. */
	readonly canary: KubeObject;
	readonly signal: AbortSignal;
	/** The run under way, if there is one. */
	readonly present: () => {readonly id: string; readonly began: number} | undefined;
	readonly onTrouble: (text: string) => void;
	/** Something was told, or given up: the condition may be written anew. */
	readonly onSettled: (status: Status, notified: NotifiedCondition | undefined) => void;
};

type Run = {readonly id: string; readonly revision: string; readonly began: number};
/** `name` tells it from all else that happens to its run: its kind, and when, where that can happen more than once. */
type Entry = {readonly name: string; readonly run: Run; readonly notice: Notice; state: 'due' | 'recorded' | 'sending'};

/** Here it may stay for long, and nothing else be written. */
const isLasting = (path: Path): boolean =>
	['rest', 'holding'].includes(factsOf(path).course) || factsOf(path).isForDecision === true;

const titleOf = ({name, run}: Entry): string => `${name} of ${run.id}`;

/** `7f3a…-20260102T030405Z`, from which revision and beginning are read back. */
const runOf = (id: string): Run => {
	const [, revision = '', ...digits] = /^(.*)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(id) ?? [];
	const [year, month, day, hour, minute, second] = digits;
	return {id, revision, began: instantOf(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)};
};

const idAt = (revision: string, at: number): string => `${revision}-${timestamp(at).replaceAll(/[-:]/g, '')}`;

/** A Rollout may have a Canary's name, so its address says what it is. */
const linkTo = (
	uiUrl: string,
	{kind, namespace, name}: Pick<NotifyingOptions['about'], 'kind' | 'namespace' | 'name'>,
): string => `${uiUrl.replace(/\/+$/, '')}/canaries/${namespace}/${name}${kind === 'Rollout' ? '?kind=Rollout' : ''}`;

const formerCondition = ({status}: KubeObject): NotifiedCondition | undefined => {
	const conditions = (status?.['conditions'] ?? []) as readonly NotifiedCondition[];
	const found = conditions.find(({type}) => type === 'Notified');
	if (found === undefined) {
		return undefined;
	}

	const {type, status: value, reason, message} = found;
	return {type, status: value, reason, message};
};

export class Notifying implements LifeOnlooker {
	readonly #options: NotifyingOptions;
	readonly #entries = new Map<string, Entry>();
	#condition: NotifiedCondition | undefined;
	#stamped: {readonly status: string; readonly condition: NotifiedCondition | undefined} | undefined;
	#last: Seen | undefined;
	#run: Run | undefined;

	constructor(options: NotifyingOptions) {
		this.#options = options;
		this.#condition = formerCondition(options.canary);
	}

	/** The chart is in a state that is published. */
	entered(seen: Seen): void {
		const {path, context} = seen;
		const run = this.#options.present();
		const last = this.#last;
		this.#last = seen;
		if (this.#isHeard(context.model)) {
			if (last === undefined) {
				this.#recall(seen);
			}

			const former = this.#run;
			this.#run = run === undefined ? undefined : {...run, revision: context.run.revision};
			for (const kind of newsOf({from: last?.path ?? '', to: path, before: last?.context, context})) {
				const fallback = runOf(idAt(context.judged || 'none', context.now));
				this.#note(kind, seen, (kind === 'succeeded' ? former : (this.#run ?? former)) ?? fallback);
			}
		}
	}

	said({type, text: message, phase, revision}: Said): void {
		const {notifications, about} = this.#options;
		notifications.tellEvent({...about, phase, revision, type, message});
	}

	/** What goes along with the newest status: news at once, and what came of it with the next write that there is. */
	stamp(): NotifiedCondition | undefined {
		const status = JSON.stringify(this.#last?.status);
		const lasts = this.#last !== undefined && isLasting(this.#last.path);
		const isNews = [...this.#entries.values()].some(({state}) => state === 'due');
		if (this.#stamped === undefined || isNews || lasts || this.#stamped.status !== status) {
			this.#stamped = {status, condition: this.#condition};
		}

		return this.#stamped.condition;
	}

	/** The status, and with it the outbox, is on the API server. */
	recorded(): void {
		for (const entry of this.#entries.values()) {
			if (entry.state === 'due') {
				entry.state = 'recorded';
			}
		}

		this.#send();
	}

	#isHeard({alerts = []}: CanaryModel): boolean {
		return this.#options.notifications.deliveries.isHeard(alerts);
	}

	/** What the former life had written down and not told, as far as is known. */
	#recall(seen: Seen): void {
		if (this.#condition?.reason !== 'Pending') {
			return;
		}

		for (const [, name = '', id = ''] of this.#condition.message.matchAll(/([\w-]+) of (\S+-\d{8}T\d{6}Z)/g)) {
			const kind = noticeKinds.find((one) => one === name.split('-')[0]);
			if (kind !== undefined) {
				this.#note(kind, seen, runOf(id), name);
			}
		}

		this.#send();
	}

	/** `recalled`: its name, where a former life has written it down. */
	#note(kind: NoticeKind, {path, context, status}: Seen, run: Run, recalled?: string): void {
		const {about, notifications, clock} = this.#options;
		const {name, namespace, apiVersion, kind: of} = about;
		const at = (recalled !== undefined && context.recalled.lastTransitionTime) || clock.now();
		// A run may wait more than once; all else happens to it once.
		const again = kind === 'waiting' ? idAt(`-${factsOf(path).wait}`, at) : '';
		const own = recalled ?? `${kind}${again}`;
		const {uiUrl} = notifications;
		const notice: Notice = {
			key: `${namespace}/${name}/${run.id}/${own}`,
			kind,
			severity: severityOf(kind),
			text: newsText(kind, context, status),
			at,
			canary: {apiVersion, kind: of, name, namespace},
			phase: status.phase,
			run: run.id,
			revision: run.revision,
			facts: reportOf(kind, context, status, {...run, at}),
			...(uiUrl !== undefined && {link: linkTo(uiUrl, {kind: of, namespace, name})}),
		};
		this.#entries.set(notice.key, {name: own, run, notice, state: recalled === undefined ? 'due' : 'recorded'});
		this.#describe();
	}

	#describe(): void {
		const pending = [...this.#entries.values()].map(titleOf);
		if (pending.length > 0) {
			const message = `Not told yet: ${pending.slice(-8).join(', ')}`;
			this.#condition = {type: 'Notified', status: 'Unknown', reason: 'Pending', message};
		}
	}

	#send(): void {
		const alerts = this.#last?.context.model.alerts ?? [];
		for (const entry of this.#entries.values()) {
			if (entry.state === 'recorded') {
				entry.state = 'sending';
				void this.#deliver(entry, alerts);
			}
		}
	}

	async #deliver(entry: Entry, alerts: readonly Alert[]): Promise<void> {
		const {notifications, signal, onTrouble} = this.#options;
		// Rejects when this life is over; the next one finds it in the outbox.
		const delivery = notifications.deliveries.deliver({notice: entry.notice, alerts, signal, onTrouble});
		const told = await delivery.catch(() => {});
		if (told !== undefined) {
			this.#settle(entry, told);
		}
	}

	#settle(entry: Entry, told: boolean): void {
		this.#entries.delete(entry.notice.key);
		this.#condition = told
			? {type: 'Notified', status: 'True', reason: 'Told', message: `Told: ${titleOf(entry)}`}
			: {
					type: 'Notified',
					status: 'False',
					reason: 'GivenUp',
					message: `Somebody could not be told: ${titleOf(entry)}`,
				};
		this.#describe();
		if (this.#last !== undefined) {
			this.#options.onSettled(this.#last.status, this.stamp());
		}
	}
}
