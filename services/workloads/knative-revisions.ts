// What a Knative Service says of its revisions: the newest, the primary's, and those that users are sent to.
import {digest} from '../../api/canonical.ts';
import {at} from '../../api/reading.ts';
import type {KubeObject, Operation} from '../kubernetes/cluster.ts';
import {annotationOf, pointerStep} from '../objects/shapes.ts';

/** The name of the primary's revision, as the peer keeps it, so that either can take over from the other. */
const PRIMARY_REVISION = 'flagger.app/primary-revision';

/** An entry of `spec.traffic` or `status.traffic`. */
export type TrafficTarget = {
	readonly revisionName?: string;
	readonly latestRevision?: boolean;
	/** Of all users; those of a tag's own URL do not count. */
	readonly percent?: number;
	readonly tag?: string;
	readonly [field: string]: unknown;
};

const textIn = (object: KubeObject, ...path: readonly string[]): string | undefined => {
	const value = at(object, ...path);
	return typeof value === 'string' && value !== '' ? value : undefined;
};

const trafficIn = (object: KubeObject, part: 'spec' | 'status'): readonly TrafficTarget[] => {
	const value = at(object, part, 'traffic');
	return Array.isArray(value) ? (value as TrafficTarget[]) : [];
};

/** `spec.traffic`; without one Knative sends everybody to the latest revision that is ready. */
export const trafficOf = (service: KubeObject): readonly TrafficTarget[] => {
	const traffic = trafficIn(service, 'spec');
	return traffic.length === 0 ? [{latestRevision: true, percent: 100}] : traffic;
};

/** The name of the revision that was made last; undefined while there is none. */
export const latestRevisionOf = (service: KubeObject): string | undefined =>
	textIn(service, 'status', 'latestCreatedRevisionName');

/** The name of the primary's revision; undefined before it was chosen. */
export const primaryRevisionOf = ({metadata}: KubeObject): string | undefined =>
	annotationOf(metadata, PRIMARY_REVISION) || undefined;

/** The name of the revision that most users are on, as Knative tells; else the one that it would send them to. */
export const servingRevisionOf = (service: KubeObject): string | undefined => {
	const [most] = trafficIn(service, 'status')
		.filter(({revisionName, percent = 0}) => revisionName !== undefined && percent > 0)
		.sort((a, b) => (b.percent ?? 0) - (a.percent ?? 0));
	return most?.revisionName ?? textIn(service, 'status', 'latestReadyRevisionName') ?? latestRevisionOf(service);
};

/** The digest by which a run knows a revision; a Service that was made anew counts its revisions anew. */
export const revisionDigest = ({metadata}: KubeObject, revisionName: string): string =>
	digest([metadata.uid ?? '', revisionName]);

/** The name of the revision with the digest, of those that the Service still names; undefined when it is none. */
export const revisionNamed = (service: KubeObject, revision: string): string | undefined =>
	[latestRevisionOf(service), primaryRevisionOf(service), ...trafficOf(service).map(({revisionName}) => revisionName)]
		.filter((name) => name !== undefined)
		.find((name) => revisionDigest(service, name) === revision);

/** Makes a revision the primary's, unless another one was made it meanwhile. */
export const choosingPrimary = (service: KubeObject, revisionName: string): readonly Operation[] => {
	const {annotations, resourceVersion} = service.metadata;
	const path = `/metadata/annotations/${pointerStep(PRIMARY_REVISION)}`;
	const present = annotations?.[PRIMARY_REVISION];
	if (present === revisionName) return [];
	// Nothing can test that an annotation is still absent but the version.
	const seen: Operation =
		present === undefined
			? {op: 'test', path: '/metadata/resourceVersion', value: resourceVersion}
			: {op: 'test', path, value: present};
	const bare: Operation[] = annotations === undefined ? [{op: 'add', path: '/metadata/annotations', value: {}}] : [];
	return [seen, ...bare, {op: 'add', path, value: revisionName}];
};

/** The precondition that the primary's revision is still the same one. */
export const withPrimary = (revisionName: string): Operation => ({
	op: 'test',
	path: `/metadata/annotations/${pointerStep(PRIMARY_REVISION)}`,
	value: revisionName,
});
