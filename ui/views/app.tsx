// The frame around every view: where one is, whether it is live, and what is said aloud.
import {useEffect, useRef, useState} from 'preact/hooks';
import {noFilter, hashOf, placeOf} from '../model/routes.ts';
import {connection, said, stream, useCell} from '../store.ts';
import {CanaryPage} from './canary.tsx';
import {Overview} from './overview.tsx';
import {TokenField} from './token-field.tsx';

const words = {connecting: 'connecting …', live: 'live', lost: 'connection lost, trying again', refused: 'not allowed'};

const Status = () => {
	const state = useCell(connection);
	return (
		<p class={`connection ${state.is}`} role="status" title={'why' in state ? state.why : ''}>
			<span class="dot" aria-hidden="true" /> {words[state.is]}
		</p>
	);
};

const Refusal = () => {
	const state = useCell(connection);
	if (state.is !== 'refused') {
		return null;
	}

	return (
		<form
			class="panel sign-in"
			onSubmit={(event) => {
				event.preventDefault();
				stream.again();
			}}
		>
			<h2>Who are you?</h2>
			<p>
				{state.why}. {state.remedy}
			</p>
			<TokenField />
			<button type="submit" class="primary">
				Read
			</button>
		</form>
	);
};

export const App = () => {
	const [hash, setHash] = useState(location.hash);
	const main = useRef<HTMLElement>(null);
	useEffect(() => {
		const turn = (): void => {
			setHash(location.hash);
		};
		window.addEventListener('hashchange', turn);
		return () => {
			window.removeEventListener('hashchange', turn);
		};
	}, []);
	const place = placeOf(hash);
	const key = place.view === 'overview' ? '' : `${place.kind}/${place.namespace}/${place.name}`;
	const before = useRef(key);
	useEffect(() => {
		document.title = place.view === 'overview' ? 'Aviary' : `${place.name} in ${place.namespace} – Aviary`;
		if (before.current !== key) {
			before.current = key;
			main.current?.focus();
			window.scrollTo(0, 0);
		}
	}, [key]);
	return (
		<>
			<button
				type="button"
				class="skip"
				onClick={() => {
					main.current?.focus();
				}}
			>
				Skip to the content
			</button>
			<header class="bar">
				<a class="home" href={hashOf({view: 'overview', filter: noFilter})}>
					<img src="icon.svg" alt="" width="24" height="24" /> Aviary
				</a>
				<Status />
			</header>
			<main ref={main} tabIndex={-1}>
				<Refusal />
				{place.view === 'overview' ? <Overview filter={place.filter} /> : <CanaryPage key={key} place={place} />}
			</main>
			<div class="unseen" aria-live="polite">
				{useCell(said)}
			</div>
		</>
	);
};
