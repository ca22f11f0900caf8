// Hosts as meshes write them: `podinfo`, `podinfo.test`, `podinfo.test.svc.cluster.local` are one Service.

/** The Service of a host as `name.namespace`; a host outside the cluster stays what it is. */
export const serviceOf = (host: string, namespace: string): string => {
	const labels = host.toLowerCase().replace(/\.$/, '').split('.');
	const [name = '', inNamespace = namespace, svc] = labels;
	const isService = labels.length <= 2 || svc === 'svc';
	return isService ? `${name}.${inNamespace}` : labels.join('.');
};
