// A Deployment's life, as a person types it.
import type {Session} from '../session.ts';
import {but, deployment, service} from './manifests.ts';

const events = /^Events:/mu;

/** A controller that comes late makes one revision of two changes: each is waited for. */
const rolledOut = 'rollout status deployment/podinfo --timeout=50s';

export const deployments: Session = {
	title: 'deployments',
	files: {
		'deployment.yaml': deployment,
		'newer.yaml': but(deployment, ['podinfo:1.1.1', 'podinfo:1.2.0'], ['value: blue', 'value: green']),
		'service.yaml': service,
	},
	steps: [
		'apply -f deployment.yaml -f service.yaml --dry-run=server',
		'apply -f deployment.yaml -f service.yaml',
		'apply -f deployment.yaml -f service.yaml',
		{line: 'diff -f newer.yaml', cutAt: /^/u},
		rolledOut,
		'wait deployment/podinfo --for=condition=Available --timeout=50s',
		'get deploy',
		'get deployment podinfo -o wide',
		'get deploy,svc -o name',
		'get deploy -l app=podinfo -o jsonpath={.items[*].spec.template.spec.containers[0].image}',
		'get deploy -l app=other',
		'get deploy -l app in',
		'get rs -l app=podinfo',
		'get pods -l app=podinfo -o wide',
		'get deploy -o custom-columns=NAME:.metadata.name,REPLICAS:.spec.replicas,NO:.spec.no',
		{line: 'describe deployment podinfo', cutAt: events},
		'describe svc podinfo',
		'set image deployment/podinfo podinfod=quay.io/stefanprodan/podinfo:1.2.0',
		rolledOut,
		'set image deployment/podinfo other=quay.io/stefanprodan/podinfo:1.2.0',
		'set env deployment/podinfo PODINFO_UI_COLOR=green LEVEL=info',
		rolledOut,
		'set resources deployment/podinfo --limits=cpu=500m,memory=128Mi',
		rolledOut,
		'rollout history deployment/podinfo',
		'rollout history deployment/podinfo --revision=2',
		'rollout undo deployment/podinfo --to-revision=1',
		rolledOut,
		'rollout restart deployment/podinfo',
		'rollout pause deployment/podinfo',
		'rollout pause deployment/podinfo',
		'rollout resume deployment/podinfo',
		rolledOut,
		{line: 'get deployment podinfo -o yaml', cutAt: /^status:/mu},
		'get deployment podinfo -o jsonpath={.status.updatedReplicas},{.status.observedGeneration}',
		'scale deployment/podinfo --replicas=3',
		'scale deployment/podinfo --replicas=4 --current-replicas=9',
		'wait deployment/podinfo --for=jsonpath={.status.readyReplicas}=3 --timeout=50s',
		'apply -f newer.yaml',
		'get deployment podinfo -o jsonpath={.spec.replicas}',
		'delete deployment podinfo',
		'delete deployment podinfo',
		'delete deployment podinfo --ignore-not-found',
		'get deployment podinfo',
	],
};
