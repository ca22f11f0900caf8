// The AlertProvider resource, so that existing manifests apply.
import {absent, choice, exactlyOneOf, group, must, resource, text} from './schema/words.ts';

const spec = group(
	{
		type: choice(
			// The last three are ours: the peer's CRD refuses them.
			['slack', 'msteams', 'discord', 'rocket', 'gchat', 'alertmanager', 'cloudevents', 'jira'],
			'Kind of provider',
		),
		channel: text('Channel; the project of `jira`', absent('`general`')),
		username: text('Name of the sender; the account of `jira`', absent('`flagger`')),
		address: text('Address of its webhook; excludes `secretRef`'),
		proxy: text('Proxy'),
		secretRef: group({name: must(text('Name'))}, 'Secret with `address` and, if need be, `token`; excludes `address`'),
	},
	'What is wanted',
	exactlyOneOf(['type', 'address'], ['type', 'secretRef']),
);

/** The schema of `flagger.app/v1beta1 AlertProvider`. */
export const alertProvider = resource({spec}, 'AlertProvider is a place that alerts go to');
