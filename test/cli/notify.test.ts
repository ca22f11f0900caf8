import test from 'ava';
import {notifyOf} from '../../cli/notify.ts';

const slackUser = 'flagger';

test('Slack needs an address and a channel, as with the peer', (t) => {
	t.is(notifyOf({slackUser}).notify, undefined);
	t.is(notifyOf({slackUser, slackUrl: 'http://slack'}).notify, undefined);
	t.deepEqual(notifyOf({slackUser, slackUrl: 'http://slack', slackChannel: 'on-call'}).notify, {
		type: 'slack',
		address: 'http://slack',
		channel: 'on-call',
		username: 'flagger',
	});
	const flags = {slackUser, slackUrl: 'http://slack', slackChannel: 'a', slackToken: 't', slackProxyUrl: 'http://p'};
	t.like(notifyOf(flags).notify, {token: 't', proxy: 'http://p'});
});

test('Microsoft Teams comes first', (t) => {
	const flags = {slackUser, slackUrl: 'http://slack', slackChannel: 'on-call', msteamsUrl: 'http://teams'};
	t.like(notifyOf(flags).notify, {type: 'msteams', address: 'http://teams'});
	t.is(notifyOf({...flags, msteamsProxyUrl: 'http://p'}).notify?.proxy, 'http://p');
});

test('the page and the webhook of events are for all Canaries', (t) => {
	t.like(notifyOf({slackUser, uiUrl: 'http://ui', eventWebhook: 'http://hook'}), {
		uiUrl: 'http://ui',
		eventWebhook: 'http://hook',
		notify: undefined,
	});
});
