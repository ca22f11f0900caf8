// What a kubeconfig may say beside its clusters: where a daemon answers that no API server leads to.

/** The extension's name on a cluster's entry; kubectl leaves extensions alone. */
export const DAEMON_EXTENSION = 'aviary.dev/daemon';

/** What to add to a cluster's entry for a daemon whose page is at this address; nothing where none is known. */
export const daemonExtension = (page: string | undefined): Readonly<Record<string, unknown>> =>
	page === undefined ? {} : {extensions: [{name: DAEMON_EXTENSION, extension: {page}}]};
