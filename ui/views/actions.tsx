// What a person can ask, with what would come of it. Every command has a reason, and is given as the person.
import {useEffect, useId, useRef, useState} from 'preact/hooks';
import type {CanaryDetail} from '../../api/http/canary-views.ts';
import type {CommandRequest} from '../../api/http/requests.ts';
import {command, Refused} from '../net/api.ts';
import {said} from '../store.ts';
import {TokenField} from './token-field.tsx';

type Action = CanaryDetail['actions'][number];

const GRAVE = new Set(['rollback', 'promote', 'skip']);

const problemOf = (error: unknown): string =>
	error instanceof Refused ? [error.message, error.remedy].filter((text) => text !== '').join(' — ') : String(error);

type WeightProps = {readonly weight: number; readonly onWeight: (weight: number) => void};

const WeightField = ({weight, onWeight}: WeightProps) => {
	const id = useId();
	return (
		<div class="field">
			<label for={id}>Weight of the canary, %</label>
			<input
				id={id}
				type="number"
				min={1}
				max={100}
				required
				value={weight}
				onInput={({currentTarget}) => onWeight(currentTarget.valueAsNumber)}
			/>
		</div>
	);
};

type ReasonProps = {readonly reason: string; readonly onReason: (reason: string) => void};

const ReasonField = ({reason, onReason}: ReasonProps) => {
	const id = useId();
	return (
		<div class="field">
			<label for={id}>Why, for everybody who reads of it</label>
			<input
				id={id}
				type="text"
				required
				maxLength={500}
				autoFocus
				value={reason}
				onInput={({currentTarget}) => onReason(currentTarget.value)}
			/>
		</div>
	);
};

type ConfirmProps = {readonly detail: CanaryDetail; readonly action: Action; readonly onClose: () => void};

const Confirm = ({detail, action: {verb, message}, onClose}: ConfirmProps) => {
	const dialog = useRef<HTMLDialogElement>(null);
	const id = useId();
	const [reason, setReason] = useState('');
	const [weight, setWeight] = useState(detail.weight);
	const [wrong, setWrong] = useState('');
	const [isSent, setSent] = useState(false);
	const [revision] = useState(detail.revision);
	useEffect(() => {
		dialog.current?.showModal();
	}, []);
	const send = async (): Promise<void> => {
		setSent(true);
		setWrong('');
		const request: CommandRequest = {
			verb,
			reason: reason.trim(),
			...(revision !== '' && {revision}),
			...(verb === 'set-weight' && {weight}),
		};
		try {
			const {name, requestedBy} = await command(detail, request);
			said.set(`${verb} was asked as ${requestedBy}: ${name}`);
			// Which gives the focus back.
			dialog.current?.close();
		} catch (error) {
			setWrong(problemOf(error));
			setSent(false);
		}
	};

	return (
		<dialog ref={dialog} aria-labelledby={`${id}-title`} onClose={onClose}>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					void send();
				}}
			>
				<h2 id={`${id}-title`}>
					{verb} {detail.name} in {detail.namespace}?
				</h2>
				<p>{message}.</p>
				{verb === 'set-weight' ? <WeightField weight={weight} onWeight={setWeight} /> : null}
				<ReasonField reason={reason} onReason={setReason} />
				<TokenField />
				{wrong === '' ? null : (
					<p class="failing" role="alert">
						{wrong}
					</p>
				)}
				<p class="buttons">
					<button type="submit" class={GRAVE.has(verb) ? 'grave' : 'primary'} disabled={isSent || reason.trim() === ''}>
						{isSent ? 'Asking …' : verb}
					</button>
					<button type="button" onClick={() => dialog.current?.close()}>
						Not now
					</button>
				</p>
			</form>
		</dialog>
	);
};

export const Actions = ({detail}: {readonly detail: CanaryDetail}) => {
	const [chosen, setChosen] = useState<Action>();
	const opener = useRef<HTMLButtonElement | null>(null);
	const id = useId();
	return (
		<div class="actions" role="group" aria-label="Actions">
			{detail.actions.map((action) => (
				<button
					key={action.verb}
					type="button"
					class={GRAVE.has(action.verb) ? 'grave' : ''}
					aria-disabled={!action.possible}
					aria-describedby={`${id}-${action.verb}`}
					title={action.message}
					onClick={({currentTarget}) => {
						if (action.possible) {
							opener.current = currentTarget;
							setChosen(action);
						}
					}}
				>
					{action.verb}
					<span id={`${id}-${action.verb}`} hidden>
						{action.message}
					</span>
				</button>
			))}
			{chosen === undefined ? null : (
				<Confirm
					detail={detail}
					action={chosen}
					onClose={() => {
						setChosen(undefined);
						opener.current?.focus();
					}}
				/>
			)}
		</div>
	);
};
