// A Canary as a person meets it: applied, read, watched, waited for, refused, explained, deleted.
import type {Session} from '../session.ts';
import {but, canary, event, firstCanary} from './manifests.ts';

const phase = (name: string, weight: number): string => {
	const conditions = `[{"type":"Promoted","status":"${name === 'Succeeded' ? 'True' : 'Unknown'}","reason":"${name}","message":"m","lastTransitionTime":"2026-01-02T03:04:05Z","lastUpdateTime":"2026-01-02T03:04:05Z"}]`;
	const status = `{"phase":"${name}","canaryWeight":${weight},"failedChecks":0,"iterations":0,"lastTransitionTime":"2026-01-02T03:04:05Z","conditions":${conditions}}`;
	return `patch canary podinfo --type=merge --subresource=status -p '{"status":${status}}'`;
};

const events = [
	event(1, 'Synced', 'Normal', 'New revision detected! Scaling up podinfo.NAMESPACE', 1),
	event(2, 'Synced', 'Normal', 'Advance podinfo.NAMESPACE canary weight 5', 1),
	event(3, 'Synced', 'Warning', 'Halt advancement no values found for metric request-success-rate', 4),
].join('---\n');

export const canaries: Session = {
	title: 'canaries',
	files: {
		'canary.yaml': canary,
		'changed.yaml': but(canary, ['threshold: 10', 'threshold: 12']),
		'typo.yaml': but(canary, ['maxWeight', 'maxWeigth']),
		'wrong.yaml': but(canary, ['threshold: 10', 'threshold: many']),
		'first.yaml': firstCanary,
	},
	steps: [
		'apply -f canary.yaml -f first.yaml',
		'apply -f canary.yaml -f first.yaml',
		{line: 'diff -f changed.yaml', cutAt: /^/u},
		'apply -f changed.yaml',
		'apply -f typo.yaml',
		'apply -f wrong.yaml',
		'create -f typo.yaml',
		'get canaries',
		phase('Progressing', 5),
		'get canary podinfo -o wide',
		'get canary -l team=birds',
		'get canary.v1beta1.flagger.app podinfo -o name',
		'get canaries --field-selector metadata.name=first',
		'get canaries --field-selector spec.bogus=first',
		'get canaries --sort-by={.metadata.name} -o jsonpath=\'{range .items[*]}{.metadata.name}{"\\n"}{end}\'',
		'get canary podinfo -o yaml',
		'get canary nobody',
		{line: 'get canary podinfo -o jsonpath={.metadata.uid}', keepAs: 'UID'},
		{line: 'create -f -', stdin: events},
		'describe canary podinfo',
		'events --for canary/podinfo',
		'get events',
		'get events --field-selector reason=Synced,type=Warning -o wide',
		{
			line: 'get canary podinfo -w',
			until: /Succeeded.*\n/u,
			after: /Progressing/u,
			meanwhile: [{line: phase('Succeeded', 0)}],
		},
		'wait canary/podinfo --for=condition=promoted --timeout=50s',
		'wait canary/podinfo --for=jsonpath={.status.phase}=Succeeded --timeout=50s',
		'wait canary/podinfo --for=jsonpath={.status.phase}=Failed --timeout=1s',
		'wait canary/nobody --for=condition=promoted --timeout=1s',
		'explain canary',
		'explain canary.spec.targetRef',
		'explain canaries.spec.analysis.threshold',
		'explain canary.spec.nope',
		'explain metrictemplate.spec --recursive',
		`patch canary first --type=merge -p '{"metadata":{"finalizers":["finalizer.flagger.app"]}}'`,
		'delete canary first --wait=false',
		'get canary first -o jsonpath={.metadata.finalizers}',
		{
			line: 'delete canary first',
			after: /deleted/u,
			meanwhile: [{line: `patch canary first --type=json -p '[{"op":"remove","path":"/metadata/finalizers"}]'`}],
		},
		'delete canary podinfo first',
		'wait canary/podinfo --for=delete --timeout=50s',
		'delete canaries --all',
		'get canaries',
	],
};
