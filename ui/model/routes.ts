// Where one is: everything behind the hash, so that the page works under any prefix.

export const sorts = ['urgency', 'name', 'newest', 'weight'] as const;
export type Sort = (typeof sorts)[number];

/** What of the list is shown. Empty texts show everything. */
export type Filter = {
	readonly search: string;
	readonly state: string;
	readonly namespace: string;
	readonly sort: Sort;
};
export type CanaryPlace = {
	readonly view: 'canary';
	readonly namespace: string;
	readonly name: string;
	readonly kind: 'Canary' | 'Rollout';
	/** The run that is replayed; empty: what is now. */
	readonly run: string;
};
export type Place = {readonly view: 'overview'; readonly filter: Filter} | CanaryPlace;

export const noFilter: Filter = {search: '', state: '', namespace: '', sort: 'urgency'};

const decoded = (text: string): string => {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
};

/** Reads a hash; whatever it does not understand is the overview. */
export const placeOf = (hash: string): Place => {
	const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
	const asked = new URLSearchParams(query);
	const [root, namespace = '', name = ''] = path.split('/').map((part) => decoded(part));
	if (root === 'canaries' && namespace !== '' && name !== '') {
		const kind = asked.get('kind') === 'Rollout' ? 'Rollout' : 'Canary';
		return {view: 'canary', namespace, name, kind, run: asked.get('run') ?? ''};
	}

	return {
		view: 'overview',
		filter: {
			search: asked.get('search') ?? '',
			state: asked.get('state') ?? '',
			namespace: asked.get('namespace') ?? '',
			sort: sorts.find((sort) => sort === asked.get('sort')) ?? 'urgency',
		},
	};
};

const withQuery = (path: string, fields: Readonly<Record<string, string>>): string => {
	const set = Object.entries(fields).filter(([, value]) => value !== '');
	return set.length === 0 ? path : `${path}?${new URLSearchParams(set).toString()}`;
};

/** The hash of a place, for links. */
export const hashOf = (place: Place): string => {
	if (place.view === 'overview') {
		const {sort, ...rest} = place.filter;
		return withQuery('#/', {...rest, sort: sort === 'urgency' ? '' : sort});
	}

	const {namespace, name, kind, run} = place;
	const path = `#/canaries/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
	return withQuery(path, {kind: kind === 'Canary' ? '' : kind, run});
};
