// Server-side apply: who owns which field, and what happens when two want the same.
import type {Session} from '../session.ts';
import {but, canary, deployment, virtualService} from './manifests.ts';

const part = (spec: string): string =>
	`apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: podinfo\nspec:\n${spec}`;

export const appliers: Session = {
	title: 'appliers',
	files: {
		'deployment.yaml': deployment,
		'newer.yaml': but(deployment, ['podinfo:1.1.1', 'podinfo:1.2.0']),
		'fewer.yaml': but(deployment, ['  replicas: 2\n', '']),
		'replicas.yaml': part('  replicas: 5\n'),
		'image.yaml': part(
			'  template:\n    spec:\n      containers:\n      - name: podinfod\n        image: quay.io/stefanprodan/podinfo:9.9.9\n',
		),
		'route.yaml': virtualService,
		'canary.yaml': canary,
		'stricter.yaml': but(canary, ['threshold: 10', 'threshold: 3']),
		'typo.yaml': but(canary, ['maxWeight', 'maxWeigth']),
	},
	steps: [
		'apply --server-side -f deployment.yaml',
		'apply --server-side -f deployment.yaml',
		'apply --server-side -f newer.yaml --dry-run=server',
		'apply --server-side --field-manager=scaler -f replicas.yaml',
		'apply --server-side --field-manager=scaler -f replicas.yaml --force-conflicts',
		'get deployment podinfo -o jsonpath={.spec.replicas}',
		'apply --server-side -f deployment.yaml',
		'apply --server-side -f fewer.yaml',
		'get deployment podinfo -o jsonpath={.spec.replicas}',
		'scale deployment podinfo --replicas=1',
		'apply --server-side --field-manager=scaler -f replicas.yaml',
		'set image deployment/podinfo podinfod=quay.io/stefanprodan/podinfo:1.3.0',
		'apply --server-side -f fewer.yaml',
		'apply --server-side --field-manager=painter -f image.yaml',
		'apply --server-side -f fewer.yaml --force-conflicts',
		'get deployment podinfo -o jsonpath={.spec.template.spec.containers[0].image}',
		'apply --server-side -f route.yaml',
		`patch vs podinfo --type=json --field-manager=flagger -p '[{"op":"replace","path":"/spec/http/0/route/0/weight","value":90},{"op":"replace","path":"/spec/http/0/route/1/weight","value":10}]'`,
		'apply --server-side -f route.yaml',
		'apply -f canary.yaml',
		'apply --server-side -f canary.yaml',
		'apply --server-side -f stricter.yaml',
		'apply --server-side --field-manager=other -f canary.yaml',
		'apply --server-side -f typo.yaml',
		`patch canary podinfo --type=merge -p '{"spec":{"analysis":{"stepWeight":6}}}'`,
		'apply --server-side -f canary.yaml',
		'get canary podinfo -o jsonpath={.metadata.managedFields[*].operation}',
		'get canary podinfo -o jsonpath={.spec.analysis.threshold},{.spec.analysis.stepWeight}',
	],
};
