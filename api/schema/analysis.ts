// `spec.analysis` of today's shape: how far, how fast and by which checks a canary advances.
import {headerMatch, stringMatch} from './service.ts';
import {
	absent,
	choice,
	duration,
	exactlyOneOf,
	flag,
	group,
	list,
	map,
	must,
	number,
	shape,
	text,
	textMap,
	type Notes,
} from './words.ts';
import {Type} from '@sinclair/typebox';

/** What an analysis does when a metric has no data; a field of ours in both shapes. */
export const onMissingData = (where: 'first, Aviary' | 'today, Aviary') =>
	choice(
		['halt', 'fail'],
		'What follows when a metric has no data: `halt` waits for it until the progress deadline, ' +
			'`fail` counts a failed check as Flagger does',
		{...absent('`halt`'), ...shape(where)},
	);

/** How a check is judged otherwise than by a threshold, and what it asks when that is not built in. */
export const ownChecks = {
	thresholdRange: group(
		{min: number('Lowest value that passes'), max: number('Highest value that passes')},
		'Bounds, both inclusive; used instead of `threshold`',
	),
	compareWithPrimary: group(
		{
			tolerance: number('How much worse the canary may be; 0 or more; needed'),
			by: choice(
				['ratio', 'difference'],
				'Whether `tolerance` is a share of the primary’s value or an amount in the metric’s unit',
				absent('`ratio`'),
			),
			worse: choice(
				['higher', 'lower', 'either'],
				'Which side is the bad one',
				absent('`lower` for success rates, else `higher`'),
			),
		},
		'Judges the canary’s value against the primary’s over the same window, besides the thresholds that are given',
		shape('Aviary'),
	),
	unit: text('Unit of the values of `query`, said in events', shape('Aviary')),
	query: text('PromQL'),
};

const metrics = list(
	group({
		name: must(text('`request-success-rate`, `request-duration`, or a name of your own with a query or a template')),
		interval: duration('Window of the query', absent('`1m`')),
		threshold: number('Least success rate in percent; for all other metrics the highest value that passes'),
		...ownChecks,
		templateRef: group(
			{name: must(text('Name')), namespace: text('Namespace', absent('that of the Canary'))},
			'A MetricTemplate',
		),
		templateVariables: textMap('Variables for the template'),
	}),
	'Checks, in order',
);

export const alerts = list(
	group({
		name: must(text('Name of the alert', absent('that of its provider'))),
		severity: choice(['', 'info', 'warn', 'error'], 'From which severity on it is sent', absent('`info`')),
		providerRef: must(
			group({name: must(text('Name')), namespace: text('Namespace', absent('that of the Canary'))}, 'An AlertProvider'),
		),
	}),
	'Who is told',
);

const hookTypes = [
	'',
	'confirm-rollout',
	'pre-rollout',
	'rollout',
	'confirm-promotion',
	'post-rollout',
	'event',
	'rollback',
	'confirm-traffic-increase',
] as const;

const webhooks = list(
	group({
		name: must(text('Name of the webhook')),
		type: choice(hookTypes, 'When it is called', absent('`rollout`')),
		url: must(text('Address')),
		timeout: duration('Time-out of one call', absent('`10s`')),
		retries: number('Retries of a call', absent(0)),
		muteAlert: flag('Whether its alerts are muted', absent(false)),
		disableTLS: flag('Whether the certificate goes unchecked', absent(false)),
		metadata: textMap('Sent along'),
	}),
	'Webhooks that gate a release or are told of it',
);

const sessionAffinity = group(
	{
		cookieName: must(text('Cookie that keeps a user on the canary')),
		primaryCookieName: text('Cookie that keeps a user on the primary'),
		domain: text('Domain of the cookie'),
		httpOnly: flag('Whether scripts cannot read the cookie'),
		maxAge: number('Lifetime of the cookie in seconds', {default: 86_400}),
		partitioned: flag('Whether the cookie is kept in partitioned storage'),
		path: text('Path of the cookie'),
		sameSite: choice(['Strict', 'Lax', 'None'], 'Whether the cookie goes along from other sites'),
		secure: flag('Whether the cookie is only sent over HTTPS'),
	},
	'Session affinity',
);

const match = list(
	group({
		headers: map(headerMatch(), 'Headers'),
		queryParams: map(stringMatch(), 'Query parameters'),
		sourceLabels: textMap('Labels of the workload that a request comes from'),
	}),
	'Conditions of A/B testing',
);

const oneStrategy: Notes = exactlyOneOf(
	['interval', 'threshold', 'iterations'],
	['interval', 'threshold', 'stepWeight'],
	['interval', 'threshold', 'stepWeights'],
);

export const analysis = group(
	{
		interval: duration('Time between two checks, at least `10s`', absent('`1m`')),
		threshold: number('Failed checks at which the canary is rolled back; counted over the whole run'),
		maxWeight: number('Highest percentage of traffic for the canary', absent(100)),
		stepWeight: number('Percentage by which the canary’s traffic grows'),
		stepWeights: Type.Optional(
			Type.Array(Type.Number(), {description: 'The canary’s percentages one by one, rising; `maxWeight` is not used'}),
		),
		stepWeightPromotion: number(
			'Percentage by which the primary’s traffic grows after promotion',
			absent('all at once'),
		),
		iterations: number('Checks of A/B testing or blue/green'),
		mirror: flag('Whether traffic is mirrored to the canary first', absent(false)),
		mirrorWeight: number('Percentage of traffic that is mirrored', absent(100)),
		primaryReadyThreshold: number('Percentage of the primary’s pods that must be available', absent(100)),
		canaryReadyThreshold: number('Percentage of the canary’s pods that must be available', absent(100)),
		onMissingData: onMissingData('today, Aviary'),
		match,
		metrics,
		alerts,
		webhooks,
		sessionAffinity,
	},
	'How a canary is analysed',
	{...oneStrategy, ...shape('today')},
);
