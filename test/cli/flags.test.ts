// A wrong command line is refused on one line that names what is wrong and where to look, with exit code 2.
import test from 'ava';
import {run} from './desk.ts';

const wrong: ReadonlyArray<readonly [string, RegExp]> = [
	['daemon --log-level loud', /--log-level.*'loud'.*debug, info, warn, error; see aviary daemon --help/],
	['daemon --port 70000', /--port.*'70000'.*0 to 65535/],
	['daemon --control-loop-interval soon', /--control-loop-interval.*'soon'.*10s/],
	['daemon --control-loop-interval 0s', /--control-loop-interval.*'0s'/],
	['daemon --metrics-server prometheus:9090', /--metrics-server.*'prometheus:9090'.*http/],
	['daemon --mesh-provider itsio', /--mesh-provider.*'itsio'/],
	['daemon --namespace Test', /--namespace.*'Test'/],
	['daemon --kubeconfig /nowhere/at/all', /--kubeconfig.*'\/nowhere\/at\/all'.*no such file/],
	['daemon --workload-mappings /nowhere.yaml', /--workload-mappings '\/nowhere\.yaml' cannot be read: .*no such file/],
	['daemon --loglevel debug', /unknown option '--loglevel'/],
	['daemon now', /too many arguments/],
	['sandbox --speed 0', /--speed.*'0'.*above 0/],
	['sandbox --scenario bad', /--scenario.*'bad'.*crash, errors, flapping, .*good, .*or a file such as \.\/bad\.yaml/],
	['sandbox --shape third', /--shape.*'third'.*first, today/],
	['sandbox --exit-when bored', /--exit-when.*'bored'.*finished, failed, met/],
	['sandbox --rps -3', /--rps.*'-3'.*0 or more/],
	['sandbox --gateway-port 70000', /--gateway-port.*'70000'.*65535/],
	['sandbox -f /nowhere.yaml', /--filename.*\/nowhere\.yaml/],
	['statechart --format pdf', /--format.*'pdf'.*mermaid, json, svg/],
	['get -o csv', /--output.*'csv'.*wide, json, yaml, name/],
	['get podinfo -A', /a name and --all-namespaces/],
	['get a/b/c', /"a\/b\/c" is no Canary’s name/],
	['explain', /missing required argument 'name'; see aviary explain --help/],
	['explain shop/podinfo -n test', /two namespaces/],
	['explian podinfo', /unknown command 'explian'.*explain/],
];

for (const [line, text] of wrong) {
	test(`refused: aviary ${line}`, async (t) => {
		const {code, out, err} = await run(line.split(' '));
		t.is(code, 2);
		t.is(out, '');
		t.regex(err, text);
		t.regex(err, /^aviary: [^\n]+\n$/);
	});
}

const steering = ['pause', 'resume', 'promote', 'rollback', 'retry', 'skip', 'set-weight'];
for (const command of ['daemon', 'sandbox', 'statechart', 'get', 'explain', ...steering, 'version']) {
	test(`aviary ${command} --help has examples`, async (t) => {
		const {code, out} = await run([command, '--help']);
		t.is(code, 0);
		t.regex(out, new RegExp(`\\nExamples:\\n {2}.*aviary ${command}`));
	});
}

test('without any words the help is shown', async (t) => {
	const {code, out, err} = await run([]);
	t.is(code, 0);
	t.is(err, '');
	t.regex(out, /Usage: aviary/);
});

test('version names the package, Node and XState', async (t) => {
	const {code, out} = await run(['version']);
	t.is(code, 0);
	t.regex(out, /^aviary \d+\.\d+\.\d+\nnode \d+\.\d+\.\d+\nxstate 5\.\d+\.\d+\n$/);
});
