// What of the list is shown. It is in the address, so that it can be sent to somebody.
import {useEffect, useRef} from 'preact/hooks';
import {stateFilters} from '../model/rows.ts';
import {hashOf, sorts, type Filter, type Sort} from '../model/routes.ts';

const sortWords: Readonly<Record<Sort, string>> = {
	urgency: 'most urgent first',
	name: 'by name',
	newest: 'last changed first',
	weight: 'most traffic first',
};

const go = (filter: Filter): void => {
	// Typing fills no history.
	history.replaceState(null, '', hashOf({view: 'overview', filter}));
	window.dispatchEvent(new HashChangeEvent('hashchange'));
};

type ChoiceProps = {
	readonly label: string;
	readonly value: string;
	readonly values: ReadonlyArray<readonly [string, string]>;
	readonly onPick: (value: string) => void;
};

const Choice = ({label, value, values, onPick}: ChoiceProps) => (
	<select aria-label={label} value={value} onChange={({currentTarget}) => onPick(currentTarget.value)}>
		{values.map(([one, words]) => (
			<option key={one} value={one} selected={one === value}>
				{words}
			</option>
		))}
	</select>
);

export const Filters = ({filter, namespaces}: {readonly filter: Filter; readonly namespaces: readonly string[]}) => {
	const search = useRef<HTMLInputElement>(null);
	useEffect(() => {
		const hear = (event: KeyboardEvent): void => {
			const isTyping = event.target instanceof HTMLElement && /^(?:INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
			if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
				event.preventDefault();
				search.current?.focus();
			}
		};
		window.addEventListener('keydown', hear);
		return () => {
			window.removeEventListener('keydown', hear);
		};
	}, []);
	const known =
		namespaces.includes(filter.namespace) || filter.namespace === '' ? namespaces : [filter.namespace, ...namespaces];
	return (
		<search class="filters">
			<input
				ref={search}
				type="search"
				aria-label="Search by name, namespace, state or reason"
				aria-keyshortcuts="/"
				placeholder="Search ( / )"
				value={filter.search}
				onInput={({currentTarget}) => go({...filter, search: currentTarget.value})}
			/>
			<Choice label="State" value={filter.state} values={stateFilters} onPick={(state) => go({...filter, state})} />
			<Choice
				label="Namespace"
				value={filter.namespace}
				values={[['', 'all namespaces'], ...known.map((one) => [one, one] as const)]}
				onPick={(namespace) => go({...filter, namespace})}
			/>
			<Choice
				label="Order"
				value={filter.sort}
				values={sorts.map((sort) => [sort, sortWords[sort]] as const)}
				onPick={(text) => go({...filter, sort: sorts.find((sort) => sort === text) ?? 'urgency'})}
			/>
		</search>
	);
};
