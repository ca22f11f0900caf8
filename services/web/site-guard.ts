// Who a browser may be talking for. A page of another site can send requests here: by a name of its own that it lets
// point to this address (DNS rebinding), or to our real address. The first is told by Host, the second by Origin.
import {isIP} from 'node:net';
import type {IncomingHttpHeaders} from 'node:http';
import {Refusal} from './refusal.ts';

/** Names that nobody can own on the internet: a cluster's own, and the loopback. */
const ownNames = /^(?:localhost|.+\.localhost|.+\.svc|.+\.svc\.cluster\.local)$/;

const hostOf = (header: string): URL | undefined => {
	// User names, paths and the like are no part of a Host.
	const isPlain = /^[\w.:[\]-]+$/.test(header);
	return isPlain && URL.canParse(`http://${header}`) ? new URL(`http://${header}`) : undefined;
};

const isAllowed = (name: string, allowed: readonly string[]): boolean =>
	ownNames.test(name) ||
	// An address cannot be made to point elsewhere.
	isIP(name.replaceAll(/^\[|\]$/g, '')) !== 0 ||
	allowed.some((one) => (one.startsWith('.') ? name.endsWith(one) : name === one));

/**
 * Refuses a Host that is none of ours. `allowed`: names beside addresses, `localhost`, `*.svc` and
 * `*.svc.cluster.local`; one that begins with a dot allows all below it.
 */
export const checkHost = ({host}: IncomingHttpHeaders, allowed: readonly string[]): void => {
	const url = hostOf(host ?? '');
	if (url === undefined || !isAllowed(url.hostname.replace(/\.$/, '').toLowerCase(), allowed)) {
		throw new Refusal(
			'wrong-host',
			`the Host of the request is none of this interface: ${JSON.stringify((host ?? '').slice(0, 253))}`,
			'name it by --ui-allowed-hosts',
		);
	}
};

/** Refuses what a page of another site sends. Programs that are no browsers send none of these headers. */
export const checkOrigin = (headers: IncomingHttpHeaders): void => {
	const {origin, host} = headers;
	const site = headers['sec-fetch-site'];
	const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
	const isOther =
		origin !== undefined &&
		(!URL.canParse(origin) || new URL(origin).host === '' || new URL(origin).host !== hostFor(origin, host));
	if (isForeign || isOther) {
		throw new Refusal('wrong-origin', 'the request comes from a page of another site', 'ask from the page of Aviary');
	}
};

/** Host as `Origin`'s scheme would write it: without the port that goes without saying. */
const hostFor = (origin: string, host: string | undefined): string => {
	const address = `${new URL(origin).protocol}//${host ?? ''}`;
	return URL.canParse(address) ? new URL(address).host : '';
};
