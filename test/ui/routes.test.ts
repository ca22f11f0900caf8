import test from 'ava';
import {hashOf, noFilter, placeOf, type Place} from '../../ui/model/routes.ts';

test('a link leads to the place that it was made of', (t) => {
	const places: readonly Place[] = [
		{view: 'overview', filter: noFilter},
		{view: 'overview', filter: {search: 'a&b=c #d', state: 'halted', namespace: 'shop', sort: 'weight'}},
		{view: 'canary', namespace: 'test', name: 'podinfo', kind: 'Canary', run: ''},
		{view: 'canary', namespace: 'a/b', name: 'x?y#z%', kind: 'Rollout', run: 'bee6-20261121T101516Z'},
	];
	for (const place of places) {
		t.deepEqual(placeOf(hashOf(place)), place);
	}
});

test('what is no place is the overview', (t) => {
	for (const hash of ['', '#', '#/nonsense', '#/canaries/test', '#/?sort=by-chance']) {
		t.deepEqual(placeOf(hash), {view: 'overview', filter: noFilter}, hash);
	}

	t.like(placeOf('#/canaries/test/%E0%A4%A'), {view: 'canary', name: '%E0%A4%A'});
});

test('the link of a notification is understood', (t) => {
	t.like(placeOf('#/canaries/test/podinfo'), {view: 'canary', namespace: 'test', name: 'podinfo', kind: 'Canary'});
});
