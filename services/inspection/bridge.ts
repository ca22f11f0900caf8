// The page that shows what happens here in Stately's inspector. That one lives in a frame, and its receiver takes what
// the page around it posts (createBrowserReceiver of @statelyai/inspect); nothing of ours is asked by another site.

/** Where the inspector is. What is posted goes to this origin alone. */
const INSPECTOR = 'https://stately.ai/inspect';
const {origin} = new URL(INSPECTOR);

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Aviary in Stately's inspector</title>
<link rel="stylesheet" href="/bridge.css">
</head>
<body>
<p id="state" role="status">Waiting for ${INSPECTOR} …</p>
<iframe id="inspector" title="Stately's inspector"></iframe>
<script src="/bridge.js"></script>
</body>
</html>
`;

const css = `html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; font: 14px system-ui, sans-serif; }
p { margin: 0; padding: 4px 8px; }
iframe { flex: 1; border: 0; }
`;

/** Listens only once the inspector does: whoever joins is told what there is, so nothing need be kept for it. */
const script = `const frame = document.getElementById('inspector');
const state = document.getElementById('state');
let socket;
let isOver = false;
addEventListener('pagehide', () => {
	isOver = true;
});
const join = () => {
	const own = new WebSocket('ws://' + location.host + '/');
	socket?.close();
	socket = own;
	own.onopen = () => {
		state.textContent = 'Shows the actors of ' + location.host + ' to the page in this frame.';
	};
	own.onmessage = ({data}) => frame.contentWindow.postMessage(JSON.parse(data), '${origin}');
	own.onclose = () => {
		if (socket === own && !isOver) {
			state.textContent = 'No connection to ' + location.host + '; it is tried again.';
			window.setTimeout(join, 2000);
		}
	};
};
addEventListener('message', ({source, origin, data}) => {
	if (source === frame.contentWindow && origin === '${origin}' && data?.type === '@statelyai.connected') {
		join();
	}
});
// Only now, for it greets once.
frame.src = '${INSPECTOR}';
`;

export type BridgeFile = {readonly type: string; readonly body: string};

/** The files by path. */
export const bridgeFiles: ReadonlyMap<string, BridgeFile> = new Map([
	['/', {type: 'text/html; charset=utf-8', body: html}],
	['/bridge.css', {type: 'text/css; charset=utf-8', body: css}],
	['/bridge.js', {type: 'text/javascript; charset=utf-8', body: script}],
]);

/** For all of them: scripts of ours alone, the inspector in a frame, and no page around ours. */
export const bridgeHeaders: Readonly<Record<string, string>> = {
	'cache-control': 'no-store',
	'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws:; frame-src ${origin}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
	'cross-origin-resource-policy': 'same-origin',
	'referrer-policy': 'no-referrer',
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
};
