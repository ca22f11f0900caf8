// Hosts as routes and requests write them: `podinfo`, `podinfo.test` and the full name are one Service.
const DOMAIN = 'svc.cluster.local';

export type ServiceName = {readonly service: string; readonly namespace: string};

/** The Service that a host names, seen from a namespace; undefined for a host outside the cluster. */
export const serviceOf = (host: string, namespace: string): ServiceName | undefined => {
	const labels = host.toLowerCase().replace(/\.$/u, '').split('.');
	const [service = '', place = namespace, svc] = labels;
	return labels.length <= 2 || svc === 'svc' ? {service, namespace: place} : undefined;
};

/** `podinfo.test.svc.cluster.local`. */
export const fullNameOf = ({service, namespace}: ServiceName): string => `${service}.${namespace}.${DOMAIN}`;

/** The full name of a host that a route names; what is no cluster name stays as it is. */
export const routedName = (host: string, namespace: string): string => {
	if (!host.includes('.') && host !== '*') return fullNameOf({service: host, namespace});
	return host.endsWith('.svc') ? `${host}.cluster.local` : host;
};

/** The names by which a table may know a host, the most telling first. From a gateway no namespace helps. */
export const namesOf = (host: string, namespace: string | undefined): readonly string[] => {
	const service = serviceOf(host, namespace ?? '');
	if (service === undefined || service.namespace === '') return [host];
	return [host, fullNameOf(service), `${service.service}.${service.namespace}`];
};

/** A wildcard's part that a host must end with: `.example.com` of `*.example.com`, and nothing of `*`. */
export const suffixOf = (host: string): string | undefined => (host.startsWith('*') ? host.slice(1) : undefined);

/** The host of an authority without its port, in lower case. */
export const withoutPort = (authority: string): string =>
	authority.trim().toLowerCase().replace(/:\d*$/u, '').replace(/\.$/u, '');
