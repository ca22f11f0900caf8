// Whether the parents of an HTTPRoute have taken what was last written to it: each tells by conditions of its own, and
// for the generation that it has looked at. What they say of an older one is about another route.
import type {Problem} from '../../../api/model.ts';
import type {KubeObject} from '../../kubernetes/cluster.ts';
import type {Acceptance} from '../router.ts';
import {GROUP, parentRefsOf, parentStatusesOf, type Condition, type ParentRef} from './api.ts';

/** What one parent says; `pending`: nothing yet of this generation. */
type Said =
	| {readonly is: 'accepted' | 'pending'; readonly parent: ParentRef}
	| {readonly is: 'refused'; readonly parent: ParentRef; readonly by: Condition};

const placeOf = (route: KubeObject, parent: ParentRef): readonly unknown[] => {
	const {group = GROUP, kind = 'Gateway', name, namespace = route.metadata.namespace, sectionName, port} = parent;
	return [group, kind, name, namespace, sectionName ?? '', port ?? ''];
};

const isSame = (route: KubeObject, one: ParentRef, other: ParentRef): boolean =>
	placeOf(route, one).join('\n') === placeOf(route, other).join('\n');

/** What one controller says of this generation; several may serve a parent. */
const saidBy = (conditions: readonly Condition[], generation: number): 'accepted' | 'pending' | Condition => {
	const current = conditions.filter(({observedGeneration = 0}) => observedGeneration >= generation);
	const refusal = current.find(
		({type, status}) => status === 'False' && (type === 'Accepted' || type === 'ResolvedRefs'),
	);
	if (refusal !== undefined) return refusal;
	return current.some(({type, status}) => type === 'Accepted' && status === 'True') ? 'accepted' : 'pending';
};

/** What each parent of the route says of its present generation. */
const sayings = (route: KubeObject): readonly Said[] => {
	const {generation = 0} = route.metadata;
	const statuses = parentStatusesOf(route);
	return parentRefsOf(route).map((parent): Said => {
		const own = statuses.filter(({parentRef}) => parentRef !== undefined && isSame(route, parentRef, parent));
		const said = own.map(({conditions = []}) => saidBy(conditions, generation));
		if (said.includes('accepted')) return {is: 'accepted', parent};
		const by = said.find((one) => typeof one !== 'string');
		return by === undefined ? {is: 'pending', parent} : {is: 'refused', parent, by};
	});
};

/** `Gateway public.gateways`, with the listener where one is named. */
const nameOf = (route: KubeObject, parent: ParentRef): string => {
	const {kind = 'Gateway', name = '', namespace = route.metadata.namespace ?? '', sectionName} = parent;
	return `${kind} ${name}.${namespace}${sectionName === undefined ? '' : ` (listener ${sectionName})`}`;
};

const remedies: Readonly<Record<string, (parent: string) => string>> = {
	NoMatchingParent: (parent) => `Mend spec.service.gatewayRefs, or create ${parent}`,
	NoMatchingListenerHostname: (parent) => `Give ${parent} a listener for one of spec.service.hosts, or mend these`,
	NotAllowedByListeners: (parent) => `Let a listener of ${parent} allow routes of this namespace`,
	BackendNotFound: () => 'Look at the Services and ports that the route names',
	RefNotPermitted: () => 'Allow the reference by a ReferenceGrant, or name what is in this namespace',
};

const routeName = ({metadata: {name, namespace = ''}}: KubeObject): string => `HTTPRoute ${name}.${namespace}`;

const refusal = (route: KubeObject, refusing: ParentRef, by: Condition): Problem => {
	const {type, reason = 'no reason given', message = ''} = by;
	const parent = nameOf(route, refusing);
	const why = message === '' ? reason : `${reason}: ${message.replace(/\.$/u, '')}`;
	const what = type === 'Accepted' ? 'is not accepted by' : 'has a backend that is no good to';
	return {
		field: routeName(route),
		value: reason,
		text: `${routeName(route)} ${what} ${parent} (${why})`,
		remedy: remedies[reason]?.(parent) ?? `Look at kubectl describe httproute ${route.metadata.name}`,
	};
};

/** What the parents say together: the first refusal counts, then whoever has said nothing yet. */
export const acceptanceOf = (route: KubeObject): Acceptance => {
	const said = sayings(route);
	const refused = said.find((one) => one.is === 'refused');
	if (refused !== undefined) return {kind: 'refused', problem: refusal(route, refused.parent, refused.by)};
	const waiting = said.filter(({is}) => is === 'pending').map(({parent}) => nameOf(route, parent));
	if (waiting.length === 0) return {kind: 'accepted'};
	return {kind: 'pending', text: `${routeName(route)} to be accepted by ${waiting.join(' and ')}`};
};
