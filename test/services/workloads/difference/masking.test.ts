import test from 'ava';
import {cpuMsOf} from '../../../cpu-time.ts';
import {changesOf} from '../../../../services/workloads/difference/changes.ts';
import {looksSecret, maskedBoth, MASKED, MASKED_ANEW} from '../../../../services/workloads/difference/masking.ts';

const alone = (value: unknown): unknown => maskedBoth(value, value)[0];

test('names of secrets are known in every way of writing, and words that only contain one are not', (t) => {
	const secret = ['DB_PASSWORD', 'dbPassword', 'API_KEY', 'apiKey', 'x-api-key', 'GITHUB_TOKEN', 'clientSecret'];
	const more = ['AWS_SECRET_ACCESS_KEY', 'SENTRY_DSN', 'Authorization', 'signing.key', 'SESSION_COOKIE', 'PASSPHRASE'];
	t.deepEqual(
		[...secret, ...more].filter((name) => !looksSecret(name)),
		[],
	);
	const harmless = ['LOG_LEVEL', 'KEYBOARD', 'MONKEY', 'PODINFO_UI_COLOR', 'compass', 'PASSES', 'pinned', 'author'];
	t.deepEqual(harmless.filter(looksSecret), []);
});

test('literal secrets are left out of environment, arguments, annotations and texts; references stay', (t) => {
	const template = {
		metadata: {annotations: {'acme.io/db-password': 'hunter2', 'checked.io/by': 'me'}},
		spec: {
			imagePullSecrets: [{name: 'registry'}],
			volumes: [
				{name: 'v', secret: {secretName: 'tls'}},
				{name: 'p', projected: {sources: [{secret: {name: 's'}}]}},
			],
			containers: [
				{
					name: 'token-server',
					image: 'acme/token-server:1',
					env: [
						{name: 'DB_PASSWORD', value: 'hunter2'},
						{name: 'LEVEL', value: 'info'},
						{name: 'API_TOKEN', valueFrom: {secretKeyRef: {name: 'tokens', key: 'api-token'}}},
						{name: 'URL', value: 'postgres://me:hunter2@db/x?sslmode=on&password=hunter2'},
						{name: 'JSON', value: '{"token": "hunter\\\\"2", "level": 1}'},
						{name: 'YAML', value: 'level: 1\n  apiKey: hunter2\n'},
						{name: 'PEM', value: '-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n'},
					],
					args: ['--password=hunter2', '--token', 'hunter2', '--level=1', '-H', 'X: Bearer hunter2'],
					command: ['sh', '-c', 'SECRET="hunter2 hunter2" run'],
					livenessProbe: {httpGet: {httpHeaders: [{name: 'Authorization', value: 'hunter2'}]}},
				},
			],
		},
	};
	const masked = JSON.stringify(alone(template));
	t.notRegex(masked, /hunter/);
	for (const kept of [
		'registry',
		'tls',
		'"name":"s"',
		'"key":"api-token"',
		'acme/token-server:1',
		'"value":"info"',
		'--level=1',
		'checked.io/by":"me',
	]) {
		t.true(masked.includes(kept), kept);
	}

	t.true(masked.includes(`postgres://me:${MASKED}@db/x?sslmode=on`));
});

test('values of a chart are masked by their keys, whatever is below them', (t) => {
	const values = {
		auth: {rootPassword: 'hunter2', enabled: true},
		secrets: {db: 'hunter2', nested: [{a: 'hunter2'}]},
		secret: 'hunter2',
		existingSecret: 'mine',
		pin: 1234,
	};
	const masked = alone({spec: {values}});
	t.deepEqual(masked, {
		spec: {
			values: {
				auth: {rootPassword: MASKED, enabled: true},
				secrets: {db: MASKED, nested: [{a: MASKED}]},
				secret: MASKED,
				existingSecret: 'mine',
				pin: MASKED,
			},
		},
	});
});

test('that a masked value is another one is still told, and nothing else of it', (t) => {
	const env = (...pairs: ReadonlyArray<readonly [string, string]>) => ({
		env: pairs.map(([name, value]) => ({name, value})),
	});
	const [before, after] = maskedBoth(
		env(['A_TOKEN', 'x'], ['B_TOKEN', 'y'], ['URL', 'https://u:x@h/a']),
		env(['B_TOKEN', 'x'], ['A_TOKEN', 'x'], ['URL', 'https://u:y@h/a'], ['C_TOKEN', 'z']),
	);
	t.deepEqual(changesOf(before, after), [
		{path: 'env[B_TOKEN].value', kind: 'changed', before: MASKED, after: MASKED_ANEW},
		{path: 'env[URL].value', kind: 'changed', before: `https://u:${MASKED}@h/a`, after: `https://u:${MASKED_ANEW}@h/a`},
		{path: 'env[C_TOKEN]', kind: 'added', after: `{"name":"C_TOKEN","value":"${MASKED}"}`},
		{path: 'env', kind: 'moved', before: '[A_TOKEN], [B_TOKEN], [URL]', after: '[B_TOKEN], [A_TOKEN], [URL]'},
	]);
	t.deepEqual(maskedBoth({password: 1}, {password: 2}), [{password: MASKED}, {password: MASKED_ANEW}]);
	t.deepEqual(maskedBoth({password: 'a'}, {password: ['b']}), [{password: MASKED}, {password: [MASKED]}]);
	t.deepEqual(maskedBoth({password: 'a'}, {}), [{password: MASKED}, {}]);
});

test('no text takes longer than its length', (t) => {
	const length = 200_000;
	const shapes = [
		'a="',
		'"a":"',
		'a=',
		'x',
		'-----BEGIN PRIVATE KEY-----',
		'://a:',
		'a:a:',
		'Bearer ',
		' ',
		'A-',
		':',
		"a='",
	];
	for (const shape of shapes) {
		const text = shape.repeat(Math.ceil(length / shape.length));
		// Squared it would be minutes.
		t.true(cpuMsOf(() => void alone({text})) < 5000, shape);
	}
});
