import test from 'ava';
import {haltFacts} from '../../../machines/facts/halt-reasons.ts';
import {contextOf} from '../world.ts';

const {missingDependency} = haltFacts;

test('a route that has not been taken up halts a run that gave the canary users by it, and says for whom it waits', (t) => {
	const waiting = contextOf({route: 'pending'}, {routed: {canary: 20}}, {route: {canary: 20}});
	t.true(missingDependency.holds(waiting));
	t.is(missingDependency.waits(waiting), 'HTTPRoute podinfo.test to be accepted by Gateway public.test');
	t.false(
		missingDependency.holds(contextOf({}, {routed: {canary: 20}}, {route: {canary: 20}})),
		'and no longer than that',
	);
	t.false(missingDependency.holds(contextOf({route: 'pending'})), 'nobody is on the canary: nothing waits for it');
	const also = contextOf({route: 'pending', problem: true}, {routed: {canary: 20}}, {route: {canary: 20}});
	t.regex(missingDependency.waits(also), /^what is missing: is missing\. create it/);
});
