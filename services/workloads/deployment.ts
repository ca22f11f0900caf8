// Deployments as workloads of a canary.
import {deployments} from '../kubernetes/resources.ts';
import {podTemplateWorkloads} from './pod-templates.ts';
import {countsOfReplicas, replicasOfPrimary, scalingReplicas, settingReplicas} from './replicas.ts';
import {workloadSpec, workloadStatus} from '../objects/shapes.ts';

/** What of the target's spec a generated primary follows besides the template; replicas are its own affair. */
const followed = ['progressDeadlineSeconds', 'minReadySeconds', 'revisionHistoryLimit', 'strategy'] as const;

/** Deployments: scaled by `spec.replicas`, their own progress deadline counts. */
export const deploymentWorkloads = podTemplateWorkloads({
	kind: 'Deployment',
	resource: deployments,
	counts(object) {
		const progressing = workloadStatus(object).conditions?.find(({type}) => type === 'Progressing');
		return {...countsOfReplicas(object), deadlineExceeded: progressing?.reason === 'ProgressDeadlineExceeded'};
	},
	awake: (object) => object,
	scaling: scalingReplicas,
	settingReplicas,
	followed,
	generated: (_, target) => {
		const {progressDeadlineSeconds, minReadySeconds, revisionHistoryLimit, strategy} = workloadSpec(target);
		return {
			replicas: replicasOfPrimary(target),
			progressDeadlineSeconds,
			minReadySeconds,
			revisionHistoryLimit,
			strategy,
		};
	},
	problems: () => [],
});
