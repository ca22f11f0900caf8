// What is said of a wrong file: its line, the field, and what to write.
import test from 'ava';
import {parseScenario} from '../../sandbox/scenario/mistakes.ts';

const head = 'name: mine\ndescription: one of my own\n';

const wrong: ReadonlyArray<readonly [string, string, RegExp]> = [
	['a missing name', 'description: x\n', /^mine\.yaml:1: name is missing; write it$/],
	['an unknown field', `${head}speed: 3\n`, /^mine\.yaml:3: speed is not known; the file may have name, description/],
	[
		'a field that is wrong deep inside',
		`${head}timeline:\n- at: 1m\n  fault:\n    metrics: quiet\n    for: 2m\n`,
		/^mine\.yaml:6: timeline\[0\]\.fault\.metrics is quiet; write one of silent, failing$/,
	],
	[
		'a time that is none',
		`${head}timeline:\n- at: soon\n  delete: {apiVersion: v1, kind: Pod, name: a}\n`,
		/^mine\.yaml:4: timeline\[0\]\.at is soon; write a duration such as 90s or 5m$/,
	],
	[
		'a number where a text must be',
		`${head}release:\n  deployment: test/podinfo\n  behaviour:\n    error-rate: 0.4\n`,
		/^mine\.yaml:6: release\.behaviour\.error-rate is 0\.4; write a value of type string, in quotes: "0\.4"$/,
	],
	[
		'neither at nor when',
		`${head}timeline:\n- release: {image: a}\n`,
		/^mine\.yaml:4: timeline\[0\] has neither at nor when; write one of the two$/,
	],
	[
		'two actions',
		`${head}timeline:\n- at: 1m\n  release: {image: a}\n  fault: {traffic: none, for: 1m}\n`,
		/^mine\.yaml:4: timeline\[0\] does release and fault; write exactly one of apply, patch, delete, release, fault, command$/,
	],
	[
		'a fault that breaks nothing',
		`${head}timeline:\n- at: 1m\n  fault: {for: 1m}\n`,
		/^mine\.yaml:5: timeline\[0\]\.fault breaks nothing; write exactly one of metrics, api, traffic, crash$/,
	],
	[
		'a verb that is none',
		`${head}timeline:\n- at: 1m\n  command: {verb: stop}\n`,
		/^mine\.yaml:5: timeline\[0\]\.command\.verb is stop; write one of pause, resume, skip, promote, rollback, retry, set-weight$/,
	],
	[
		'set-weight without a weight',
		`${head}timeline:\n- at: 1m\n  command: {verb: set-weight}\n`,
		/^mine\.yaml:5: timeline\[0\]\.command is set-weight without a weight; write weight, from 1 to 100$/,
	],
	[
		'a weight that is out of bounds',
		`${head}timeline:\n- at: 1m\n  command: {verb: set-weight, weight: 0}\n`,
		/^mine\.yaml:5: timeline\[0\]\.command\.weight is 0; write the weight that set-weight sets, 1 to 100$/,
	],
	[
		'a weight for another verb',
		`${head}timeline:\n- at: 1m\n  command:\n    verb: pause\n    weight: 5\n`,
		/^mine\.yaml:7: timeline\[0\]\.command\.weight does not belong to pause; write it with set-weight alone$/,
	],
	[
		'a broken expression',
		`${head}expect:\n  events:\n  - message: "("\n`,
		/^mine\.yaml:5: expect\.events\[0\]\.message is no regular expression: .*; escape what is meant/,
	],
	['broken YAML', `${head}expect: [\n`, /^mine\.yaml:\d+: .*; mend the YAML$/],
	['an empty file', '', /^mine\.yaml:1: the file is empty; write a value of type object$/],
];

for (const [title, text, message] of wrong) {
	test(`refused: ${title}`, (t) => {
		const error = t.throws(() => parseScenario(text, 'mine.yaml'), {name: 'ScenarioError'});
		t.regex(error?.message ?? '', message);
	});
}
