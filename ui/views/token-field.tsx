// Where a person's own token is typed. It stays in the memory of this page.
import {useId} from 'preact/hooks';
import {hasToken, setToken} from '../net/api.ts';

export const TokenField = () => {
	const id = useId();
	return (
		<div class="field">
			<label for={id}>Your token</label>
			<input
				id={id}
				type="password"
				autocomplete="off"
				spellcheck={false}
				placeholder={hasToken() ? 'as before' : ''}
				aria-describedby={`${id}-note`}
				onInput={({currentTarget}) => {
					setToken(currentTarget.value);
				}}
			/>
			<p id={`${id}-note`} class="note">
				<code>kubectl create token NAME</code> makes one. It is kept in this page’s memory alone, until it is reloaded.
			</p>
		</div>
	);
};
