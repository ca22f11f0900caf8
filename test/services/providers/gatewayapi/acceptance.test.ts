import test from 'ava';
import {acceptanceOf} from '../../../../services/providers/gatewayapi/acceptance.ts';
import {condition, parentRef, said} from './routes.ts';

const resolved = condition({type: 'ResolvedRefs'});
const other = {group: '', kind: 'Service', name: 'podinfo'};
const refused = (reason: string, type = 'Accepted') => condition({type, status: 'False', reason});

test('a route is accepted once every parent has accepted its present generation', (t) => {
	t.deepEqual(acceptanceOf(said([[parentRef, [condition(), resolved]]])), {kind: 'accepted'});
	const both = [parentRef, other];
	t.is(acceptanceOf(said([[parentRef, [condition()]]], both)).kind, 'pending');
	const each = both.map((parent) => [parent, [condition()]] as const);
	t.is(acceptanceOf(said(each, both)).kind, 'accepted');
});

test('nothing said, or said of an older generation, is waited for by name', (t) => {
	const text = 'HTTPRoute podinfo.test to be accepted by Gateway public.gateways';
	t.deepEqual(acceptanceOf(said([])), {kind: 'pending', text});
	t.deepEqual(acceptanceOf(said([[parentRef, [condition({generation: 1})]]])), {kind: 'pending', text});
	const stale = condition({status: 'False', reason: 'NoMatchingParent', generation: 1});
	t.is(acceptanceOf(said([[parentRef, [stale]]])).kind, 'pending', 'a refusal of another route is none of this one');
	t.is(acceptanceOf(said([[{...parentRef, name: 'private'}, [condition()]]])).kind, 'pending');
	t.is(acceptanceOf(said([[parentRef, [condition({status: 'Unknown', reason: 'Pending'})]]])).kind, 'pending');
	const parents = [{name: 'a', sectionName: 'web'}, other];
	t.like(acceptanceOf(said([], parents)), {
		text: 'HTTPRoute podinfo.test to be accepted by Gateway a.test (listener web) and Service podinfo.test',
	});
});

test('a refusal names the parent, the reason and the remedy', (t) => {
	t.deepEqual(acceptanceOf(said([[parentRef, [refused('NotAllowedByListeners'), resolved]]])), {
		kind: 'refused',
		problem: {
			field: 'HTTPRoute podinfo.test',
			value: 'NotAllowedByListeners',
			text: 'HTTPRoute podinfo.test is not accepted by Gateway public.gateways (NotAllowedByListeners: it is so)',
			remedy: 'Let a listener of Gateway public.gateways allow routes of this namespace',
		},
	});
	const strange = acceptanceOf(said([[parentRef, [refused('Odd')]]]));
	t.like(strange, {problem: {remedy: 'Look at kubectl describe httproute podinfo'}});
});

test('a backend that is not there is a refusal, too, though the route is accepted', (t) => {
	const acceptance = acceptanceOf(said([[parentRef, [condition(), refused('BackendNotFound', 'ResolvedRefs')]]]));
	t.like(acceptance, {
		kind: 'refused',
		problem: {
			text: 'HTTPRoute podinfo.test has a backend that is no good to Gateway public.gateways (BackendNotFound: it is so)',
		},
	});
});

test('of two controllers of one parent one is enough, and a parent is known however it is written', (t) => {
	const acceptance = acceptanceOf(
		said(
			[
				[parentRef, [refused('NoMatchingParent')]],
				[{name: 'public', namespace: 'gateways'}, [condition()]],
			],
			[{...parentRef, port: undefined}],
		),
	);
	t.is(acceptance.kind, 'accepted');
});
