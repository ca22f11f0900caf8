// A Knative Service in the place of today's Deployment: `kill -9` at each write of a run ends as the run that was never
// killed.
import test from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {primaryOf, usersOf} from '../releases/knative.ts';
import {quick, type Plan, type Simulation} from './simulation.ts';
import {sweep} from './sweep.ts';

const asKnative = (object: KubeObject): KubeObject => {
	const apiVersion = 'serving.knative.dev/v1';
	if (object.kind === 'Deployment') {
		return {...object, apiVersion, kind: 'Service', spec: {template: object.spec?.['template']}};
	}

	if (object.kind !== 'Canary') return object;
	const targetRef = {apiVersion, kind: 'Service', name: 'podinfo'};
	const {autoscalerRef: _, provider: __, ...spec} = object.spec ?? {};
	return {...object, spec: {...spec, targetRef}};
};

/** Who may have users, by the primary's revision; the whole of a Service's traffic, whoever was killed when. */
const sound: Readonly<Record<string, readonly string[]>> = {
	'podinfo-00001': ['latest:100', '00001:100', '00001:75 00002:25', '00001:50 00002:50'],
	'podinfo-00002': ['00001:50 00002:50', '00002:100'],
};

const watchUsers = ({embedded, violations}: Simulation): void => {
	embedded.store.onAccepted(({key, after}) => {
		const primary = primaryOf(after);
		if (key.group !== 'serving.knative.dev' || key.plural !== 'services' || primary === undefined) return;
		const users = usersOf(after);
		if (sound[primary]?.includes(users) !== true) violations.push(`users are on ${users}, the primary is ${primary}`);
	});
};

for (const [what, scenario] of [
	['good', 'good'],
	['bad', 'errors'],
] as const) {
	for (const when of ['applied', 'before'] as const) {
		const where = when === 'applied' ? 'right after each write was applied' : 'before each write has left';
		test(`a ${what} run of a Knative Service, killed ${where}, ends as without a kill`, async (t) => {
			const plan: Plan = {
				shape: 'today',
				workloads: 'knativeservices',
				scenario,
				analysis: quick,
				edit: (objects) =>
					objects.filter(({kind}) => kind !== 'HorizontalPodAutoscaler').map((object) => asKnative(object)),
			};
			await sweep(t, plan, when, {prepare: watchUsers});
		});
	}
}
