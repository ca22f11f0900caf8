// The commands that steer, against an API server on which a test plays the daemon that answers.
import test, {type ExecutionContext} from 'ava';
import {parse} from 'yaml';
import type {ApiServerOptions} from '../../sandbox/api/server.ts';
import {failure, jsonAnswer} from '../../sandbox/api/messages.ts';
import {StatusError} from '../../sandbox/api/types.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {openDesk, putCanary, run, type Desk, type Outcome} from './desk.ts';

const commands = {group: 'aviary.dev', plural: 'canarycommands'};
const REVISION = 'c0ffee';
const running = {phase: 'Progressing', state: 'progressing', canaryWeight: 20, canaryRevision: REVISION};

type Behind = NonNullable<ApiServerOptions['behind']>;

const laid = async (t: ExecutionContext, behind?: Behind): Promise<Desk> => {
	const desk = await openDesk(behind === undefined ? {} : {behind});
	t.teardown(() => desk.close());
	putCanary(desk, {status: running});
	return desk;
};

/** Answers every command as the daemon would, by a write of its status. */
const answering = ({store}: Desk, status: Record<string, unknown>): void => {
	store.watch(commands, {}, ({type, object}) => {
		if (type === 'ADDED' && object.status === undefined) {
			queueMicrotask(() => store.update(commands, {...object, status}, 'test', 'status'));
		}
	});
};

const given = ({store}: Desk): readonly KubeObject[] => store.list(commands, {}).items;

const steer = ({kubeconfig}: Desk, ...words: readonly string[]): Promise<Outcome> =>
	run([...words, '-n', 'test', '--kubeconfig', kubeconfig]);

const WHY = ['--reason', 'checkout is slow'];

for (const words of [['pause'], ['resume'], ['promote'], ['rollback'], ['retry'], ['skip'], ['set-weight', '30']]) {
	const [verb = '', weight] = words;
	test(`${verb}: gives a command of its own name, as the caller, bound to what the caller saw`, async (t) => {
		const desk = await laid(t);
		answering(desk, {outcome: 'Accepted', message: 'so be it'});
		const {code, out, err} = await steer(desk, verb, 'podinfo', ...(weight === undefined ? [] : [weight]), ...WHY);
		t.deepEqual([code, err], [0, '']);
		t.regex(out, /^sandbox asks to .*test\/podinfo.* \(revision c0ffee, progressing, 20 % of the traffic\)\n/);
		t.true(out.endsWith('\nAccepted: so be it\n'), out);
		const [command, ...others] = given(desk);
		t.deepEqual(others, []);
		t.regex(command?.metadata.name ?? '', new RegExp(`^podinfo-${verb}-[a-z0-9]{5}$`));
		t.deepEqual(command?.spec, {
			canary: 'podinfo',
			verb,
			...(weight !== undefined && {weight: 30}),
			revision: REVISION,
			reason: 'checkout is slow',
			requestedBy: 'sandbox',
		});
	});
}

test('a refusal is the command’s failure, in the daemon’s words', async (t) => {
	const desk = await laid(t);
	answering(desk, {outcome: 'Refused', message: 'the promotion is under way;\u001B[2J roll back to undo it'});
	const {code, err} = await steer(desk, 'pause', 'podinfo', ...WHY);
	t.is(code, 1);
	t.is(err, 'aviary: refused: the promotion is under way; [2J roll back to undo it; see aviary explain test/podinfo\n');
});

test('a daemon that does not answer is said to, and the command stays', async (t) => {
	const desk = await laid(t);
	const {code, err} = await steer(desk, 'pause', 'podinfo', ...WHY, '--timeout', '300ms');
	t.is(code, 1);
	t.regex(err, /^aviary: the daemon has not answered podinfo-pause-\w+ within 0\.3 s; is it running\? .*\n$/);
	t.is(given(desk).length, 1);
});

test('an answer is found although the watch for it breaks', async (t) => {
	let watches = 0;
	const desk = await laid(t, (own) => (request) => {
		const isFirst = request.path.includes('watch=true') && ++watches === 1;
		return isFirst ? jsonAnswer(500, failure(new StatusError(500, 'InternalError', 'not now'))) : own(request);
	});
	answering(desk, {outcome: 'Done', message: 'the run goes on'});
	const {code, out} = await steer(desk, 'resume', 'podinfo', ...WHY);
	t.is(code, 0);
	t.true(out.endsWith('\nDone: the run goes on\n'), out);
});

test('--no-wait, --dry-run and the forms of the object', async (t) => {
	const desk = await laid(t);
	const dry = await steer(desk, 'set-weight', 'podinfo', '30', ...WHY, '--dry-run');
	t.like(parse(dry.out), {kind: 'CanaryCommand', spec: {verb: 'set-weight', weight: 30, requestedBy: 'sandbox'}});
	t.deepEqual(given(desk), []);
	const gone = await steer(desk, 'pause', 'podinfo', ...WHY, '--no-wait');
	t.is(gone.code, 0);
	t.true(gone.out.endsWith(`\ncanarycommand.aviary.dev/${given(desk)[0]?.metadata.name ?? ''} created\n`), gone.out);
	answering(desk, {outcome: 'Accepted', message: 'so be it'});
	const name = await steer(desk, 'pause', 'podinfo', ...WHY, '-o', 'name');
	t.regex(name.out, /^canarycommand\.aviary\.dev\/podinfo-pause-\w{5}\n$/);
	const json = JSON.parse((await steer(desk, 'pause', 'podinfo', ...WHY, '-o', 'json')).out) as KubeObject;
	t.like(json.status, {outcome: 'Accepted'});
});

test('the revision that a command is bound to can be named, or left open', async (t) => {
	const desk = await laid(t);
	putCanary(desk, {name: 'new'});
	const bound = async (...words: readonly string[]): Promise<unknown> => {
		const {out} = await steer(desk, 'promote', ...words, ...WHY, '--dry-run', '-o', 'json');
		return (JSON.parse(out) as KubeObject).spec?.['revision'];
	};
	t.is(await bound('podinfo', '--revision', 'other'), 'other');
	t.is(await bound('podinfo', '--any-revision'), undefined);
	t.is(await bound('new'), undefined);
	const both = await steer(desk, 'promote', 'podinfo', ...WHY, '--any-revision', '--revision', 'other');
	t.deepEqual([both.code, both.out], [2, '']);
});

test('a wrong command line is refused by naming what is wrong, and gives nothing', async (t) => {
	const desk = await laid(t);
	for (const [words, said] of [
		[['pause', 'podinfo'], /--reason <text>.* not specified; see aviary pause --help/],
		[['pause', 'podinfo', '--reason', ' '], /--reason.* Say why, in 1 to 500 characters/],
		[['set-weight', 'podinfo', ...WHY], /missing required argument 'weight'/],
		[['set-weight', 'podinfo', '0', ...WHY], /'0' is invalid.* Write a whole number from 1 to 100/],
		[['pause', 'pod info', ...WHY], /is no Canary’s name/],
	] as const) {
		const {code, err} = await steer(desk, ...words);
		t.is(code, 2, words.join(' '));
		t.regex(err, said);
	}

	t.deepEqual(given(desk), []);
});

const refusing =
	(part: string, error: StatusError): Behind =>
	(own) =>
	(request) =>
		request.method === 'POST' && request.path.includes(part) ? jsonAnswer(error.code, failure(error)) : own(request);

test('what the API server refuses is one line with the role that would help', async (t) => {
	const forbidden = 'canarycommands.aviary.dev is forbidden: User "carol" cannot create resource "canarycommands"';
	const rbac = await laid(t, refusing('canarycommands', new StatusError(403, 'Forbidden', forbidden)));
	const denied = await steer(rbac, 'promote', 'podinfo', ...WHY);
	t.is(denied.code, 1);
	t.regex(
		denied.err,
		/User "carol" cannot create[^\n]*promote on canaries\.flagger\.app: the ClusterRole aviary-releaser/,
	);
	const policy = `canarycommands.aviary.dev "x" is forbidden: ValidatingAdmissionPolicy 'aviary-commands' with binding 'aviary-commands' denied request: spec.verb: "bob" may not promote; ask for it`;
	const bound = await laid(t, refusing('canarycommands', new StatusError(403, 'Forbidden', policy)));
	t.is(
		(await steer(bound, 'promote', 'podinfo', ...WHY)).err,
		'aviary: spec.verb: "bob" may not promote; ask for it\n',
	);
	const without = await openDesk({kinds: ['canaries.flagger.app']});
	t.teardown(() => without.close());
	putCanary(without, {status: running});
	t.regex(
		(await steer(without, 'pause', 'podinfo', ...WHY)).err,
		/; install the CRDs: kubectl apply -f artifacts\/crds\n$/,
	);
	t.regex(
		(await steer(rbac, 'pause', 'nobody', ...WHY)).err,
		/^aviary: there is no Canary nobody in the namespace test;/,
	);
});

test('a command whose answer was lost is looked up, and not given twice', async (t) => {
	const lost = failure(new StatusError(504, 'Timeout', 'who knows'));
	const desk = await laid(t, (own) => (request) => {
		const answer = own(request);
		return request.method === 'POST' && request.path.includes('canarycommands') ? jsonAnswer(504, lost) : answer;
	});
	answering(desk, {outcome: 'Accepted', message: 'so be it'});
	const {code, out, err} = await steer(desk, 'pause', 'podinfo', ...WHY);
	t.deepEqual([code, err], [0, '']);
	t.true(out.endsWith('\nAccepted: so be it\n'), out);
	t.is(given(desk).length, 1);
});

test('an API server that does not say who asks leaves it to the kubeconfig', async (t) => {
	const desk = await laid(t, refusing('selfsubjectreviews', new StatusError(404, 'NotFound', 'no such thing')));
	const {out} = await steer(desk, 'pause', 'podinfo', ...WHY, '--dry-run');
	t.like(parse(out), {spec: {requestedBy: 'aviary-sandbox'}});
});

test('explain shows what was asked, by whom, and what came of it', async (t) => {
	const desk = await laid(t);
	answering(desk, {outcome: 'Accepted', message: 'so be it'});
	await steer(desk, 'set-weight', 'podinfo', '30', ...WHY);
	const {out} = await run(['explain', 'test/podinfo', '--kubeconfig', desk.kubeconfig]);
	t.regex(out, /\nWhat was asked\n {2}\w+ ago +set-weight 30 by sandbox: checkout is slow \(Accepted, so be it\)\n/);
	t.regex(
		out,
		/no weight rises until somebody resumes; failing checks still end the run\n +aviary pause podinfo -n test --reason '…'\n/,
	);
});
