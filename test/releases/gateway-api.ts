// Today's shape behind a gateway: users come through its HTTPRoute.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {httpRoutes} from '../../services/providers/gatewayapi/api.ts';
import {PROMOTED, beginOf, release, today, type ReleaseShape} from './shapes.ts';

const gatewayIn = (namespace: string): KubeObject => ({
	apiVersion: 'gateway.networking.k8s.io/v1',
	kind: 'Gateway',
	metadata: {name: 'public', namespace},
	spec: {gatewayClassName: 'some', listeners: [{name: 'web', port: 80, protocol: 'HTTP'}]},
});

/** A Canary of today's shape with this provider. */
const routedBy = (provider: string, canary: KubeObject): KubeObject => {
	const {metadata, spec} = canary;
	const hosts = [`podinfo.${metadata.namespace ?? ''}.example.com`];
	const service = {...(spec?.['service'] as object), gatewayRefs: [{name: 'public'}], hosts};
	return {...canary, spec: {...spec, provider, service}};
};

const shapeOf = (provider: string): ReleaseShape => {
	const shape: ReleaseShape = {
		...today,
		title: `provider ${provider}`,
		routes: {...httpRoutes, version: provider.split(':')[1] ?? httpRoutes.version},
		async objects(namespace, version) {
			const [first, ...others] = await today.objects(namespace, version);
			const routed = others.map((one) => (one.kind === 'Canary' ? routedBy(provider, one) : one));
			return [...(first === undefined ? [] : [first]), gatewayIn(namespace), ...routed];
		},
		begin: (harness, version) => beginOf(shape, harness, version),
		setBack: (harness) => release(harness, shape, {tag: PROMOTED}),
	};
	return shape;
};

export const gatewayApi = shapeOf('gatewayapi:v1');
export const gatewayApiBeta = shapeOf('gatewayapi:v1beta1');
