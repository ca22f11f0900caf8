// The MetricTemplate resource, so that existing manifests apply.
import {Type} from '@sinclair/typebox';
import {absent, choice, flag, group, map, must, resource, text} from './schema/words.ts';

const providers = [
	'prometheus',
	'influxdb',
	'datadog',
	'externalmetrics',
	'stackdriver',
	'cloudwatch',
	'newrelic',
	'graphite',
	'dynatrace',
	'keptn',
	'splunk',
] as const;

const spec = group(
	{
		provider: must(
			group(
				{
					type: must(choice(providers, 'Kind of provider')),
					address: text('Address of its API'),
					headers: map(Type.Array(Type.String()), 'Headers to send'),
					secretRef: group({name: must(text('Name'))}, 'Secret with its credentials'),
					region: text('Region'),
					insecureSkipVerify: flag('Whether the certificate goes unchecked', absent(false)),
				},
				'Who is asked',
			),
		),
		query: must(text('What is asked, a Go template')),
	},
	'What is wanted',
);

/** The schema of `flagger.app/v1beta1 MetricTemplate`. */
export const metricTemplate = resource({spec}, 'MetricTemplate is a query that Canaries share');
