// Binds every port of the canary's chart to this Canary's services and gate.
import {analysisMachine} from '../../machines/analysis.ts';
import type {Bindings} from './bindings.ts';
import {bootstrapPrimary} from '../ports/bootstrap-primary.ts';
import {keepThePromotedTemplate, type Kept} from '../ports/keep-promoted-template.ts';
import {observeWorld} from '../ports/observe-world.ts';
import {promoteRevision} from '../ports/promote-revision.ts';
import {provided} from './provided.ts';
import {routeTraffic} from '../ports/route-traffic.ts';
import {runTheChecks} from '../ports/run-checks.ts';
import {scaleCanary} from '../ports/scale-canary.ts';
import {takePromotionBack} from '../ports/take-promotion-back.ts';
import {waitUntil} from '../ports/wait-until.ts';

export const canaryPorts = (bindings: Bindings) => {
	const wait = waitUntil(bindings);
	const kept: Kept = {digest: ''};
	return {
		'observe the world': observeWorld(bindings),
		'wait until': wait,
		'bootstrap the primary': bootstrapPrimary(bindings, kept),
		'route traffic': routeTraffic(bindings),
		'scale the canary': scaleCanary(bindings),
		'keep the promoted template': keepThePromotedTemplate(bindings, kept),
		'promote the revision': promoteRevision(bindings),
		'take the promotion back': takePromotionBack(bindings),
		analysis: provided(analysisMachine, {actors: {'wait until': wait, 'run the checks': runTheChecks(bindings)}}),
	};
};
