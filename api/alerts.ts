// `analysis.alerts` made definite. A mistake in them stops no release: it is said, and that alert is left out.
import type {Findings} from './findings.ts';
import type {Alert} from './model.ts';
import {at, isAbsent, shown} from './reading.ts';

const mostAlerts = 20;

/** Reads them; an absent severity is `info`, an absent namespace the Canary's. */
export const alertsOf = (
	value: unknown,
	field: string,
	namespace: string,
	findings: Findings,
): {readonly alerts?: readonly Alert[]} => {
	if (!isAbsent(value) && !Array.isArray(value)) {
		findings.warn(field, value, `${field} is ${shown(value)}, which is no list: nobody is alerted`, 'Write a list');
	}

	const written = Array.isArray(value) ? (value as readonly unknown[]) : [];
	if (written.length > mostAlerts) {
		findings.warn(field, written.length, `${field} has more than ${mostAlerts}, the rest is left out`, 'Remove some');
	}

	const alerts = written
		.slice(0, mostAlerts)
		.flatMap((alert, index) => alertOf(alert, `${field}[${index}]`, namespace, findings) ?? []);
	return alerts.length === 0 ? {} : {alerts};
};

const isName = (value: unknown): value is string =>
	typeof value === 'string' && /^[a-z\d][a-z\d.-]{0,252}$/.test(value);

const alertOf = (alert: unknown, where: string, namespace: string, findings: Findings): Alert | undefined => {
	const name = at(alert, 'name');
	const severity = at(alert, 'severity') ?? '';
	const receiver = at(alert, 'providerRef', 'name');
	const inside = at(alert, 'providerRef', 'namespace') ?? '';
	if (!isName(receiver) || (inside !== '' && !isName(inside))) {
		const text = `${where}.providerRef names no AlertProvider: nobody is alerted`;
		findings.warn(`${where}.providerRef`, receiver, text, 'Write providerRef.name, and its namespace if it is another');
		return undefined;
	}

	if (severity !== '' && severity !== 'info' && severity !== 'warn' && severity !== 'error') {
		const text = `${where}.severity is ${shown(severity)}, which is taken for info`;
		findings.warn(`${where}.severity`, severity, text, 'Write info, warn or error');
	}

	return {
		name: typeof name === 'string' && name !== '' ? shown(name) : receiver,
		severity: severity === 'warn' || severity === 'error' ? severity : 'info',
		receiver: {name: receiver, namespace: inside === '' ? namespace : inside},
	};
};
