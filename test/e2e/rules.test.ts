// The alert rules by promtool, which Debian's package `prometheus` has.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';

const rules = new URL('../../artifacts/rules/', import.meta.url).pathname;

const promtool = async (t: ExecutionContext, ...parameters: readonly string[]): Promise<void> => {
	const tool = spawn('promtool', parameters, {cwd: rules});
	const said = Promise.all([text(tool.stdout), text(tool.stderr)]);
	const [code] = (await once(tool, 'close')) as [number];
	t.is(code, 0, (await said).join('\n'));
};

test('promtool takes the rules', (t) => promtool(t, 'check', 'rules', 'aviary.rules.yaml'));

test('each alert fires when it should, and only then', (t) => promtool(t, 'test', 'rules', 'aviary.rules.test.yaml'));
