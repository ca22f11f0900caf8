// A name that was dropped at decode as long as nobody wanted it, read once when somebody does.
import type {Clock} from '../clock.ts';
import {sleep} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import type {Api} from './api.ts';
import {backOffMs} from '../back-off.ts';
import type {KubeObject, Resource} from './cluster.ts';
import {getObject} from './get-object.ts';
import {resourceName} from './objects.ts';

export type NewcomerOptions = {
	readonly api: Api;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly resource: Resource;
	readonly namespace: string;
};

/**
 * The object of this name, undefined when there is none. Tries until it knows or nobody wants it any more
 * (`isWanted`); rejects only when the signal aborts.
 */
export const readNewcomer = async (
	options: NewcomerOptions,
	name: string,
	isWanted: () => boolean,
	signal: AbortSignal,
): Promise<KubeObject | undefined> => {
	const {api, clock, random, log, resource, namespace} = options;
	for (let repetition = 0; isWanted(); repetition += 1) {
		try {
			return await getObject(api, {resource, namespace, name, signal});
		} catch (error) {
			signal.throwIfAborted();
			log.warn('a newly wanted object cannot be read', {resource: resourceName(resource), name, namespace, error});
			await sleep(clock, backOffMs({random}, repetition), signal);
		}
	}

	return undefined;
};
