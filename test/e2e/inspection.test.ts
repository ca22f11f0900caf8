// The page between the daemon's WebSocket and Stately's inspector, in Chromium. In the inspector's place stands a page of
// its origin that does what its receiver does (createBrowserReceiver of @statelyai/inspect): it greets the page around
// it, and keeps what that one posts.
import test from 'ava';
import {startInspectionServer} from '../../services/inspection/server.ts';
import {silentLog} from '../../services/log.ts';
import {launch, open} from './page/browser.ts';

const receiver = `<!doctype html><title>in the inspector's place</title><script>
const got = [];
addEventListener('message', ({data}) => {
	got.push(data);
	document.title = got.map(({name, event}) => name ?? event.type).join(', ');
});
parent.postMessage({type: '@statelyai.connected'}, '*');
</script>`;

test('the inspector in the frame is told of actors and of what happens, and the browser has nothing to complain of', async (t) => {
	const server = await startInspectionServer({
		address: '127.0.0.1',
		port: 0,
		ids: () => ['x:0'],
		describe: (id) => JSON.stringify({type: '@xstate.actor', name: 'canary of podinfo.test', sessionId: id}),
		log: silentLog,
	});
	t.teardown(() => server.close());
	const browser = await launch();
	t.teardown(() => browser.close());
	const {page, complaints} = await open(t, browser, 'about:blank');
	await page.route('https://stately.ai/**', (route) =>
		route.fulfill({status: 200, contentType: 'text/html', body: receiver}),
	);
	await page.goto(server.url);
	await page.getByRole('status').getByText('Shows the actors of').waitFor();
	const frame = page.frame({url: /stately\.ai/});
	await frame?.waitForFunction("document.title === 'canary of podinfo.test'");
	server.publish('x:0', JSON.stringify({type: '@xstate.event', event: {type: 'check judged'}, sessionId: 'x:0'}));
	await frame?.waitForFunction("document.title === 'canary of podinfo.test, check judged'");
	t.deepEqual(complaints, []);
	await server.close();
	await page.getByRole('status').getByText('No connection to').waitFor();
});
