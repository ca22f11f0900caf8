// Who is told of a release: an AlertProvider with its Secret, and the Canary that names it.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

type Provider = {
	readonly type: string;
	readonly address: string;
	readonly token?: string;
	readonly severity?: 'info' | 'warn' | 'error';
};

/** The objects with a provider called `on-call` among them, before the Canary, which alerts it. */
export const withAlerts = (
	namespace: string,
	objects: readonly KubeObject[],
	{type, severity = 'info', ...secrets}: Provider,
): readonly KubeObject[] => {
	const metadata = {name: 'on-call', namespace};
	const secret: KubeObject = {apiVersion: 'v1', kind: 'Secret', metadata, stringData: secrets};
	const provider: KubeObject = {
		apiVersion: 'flagger.app/v1beta1',
		kind: 'AlertProvider',
		metadata,
		spec: {type, secretRef: {name: 'on-call'}},
	};
	return objects.flatMap((object) => {
		if (object.kind !== 'Canary') {
			return [object];
		}

		const alerts = [{name: 'on-call', severity, providerRef: {name: 'on-call'}}];
		const analysis = {...(object.spec?.['analysis'] as object), alerts};
		return [secret, provider, {...object, spec: {...object.spec, analysis}}];
	});
};
