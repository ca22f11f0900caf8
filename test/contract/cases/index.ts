// All cases of the contract.
import type {Case} from '../contract.ts';
import {firstShape} from './first-shape.ts';
import {gateways} from './gateways.ts';
import {kinds} from './kinds.ts';
import {lists} from './lists.ts';
import {lives} from './lives.ts';
import {mesh} from './mesh.ts';
import {readBacks} from './read-backs.ts';
import {schema} from './schema.ts';
import {watches} from './watches.ts';
import {writes} from './writes.ts';

// Lives last: a real garbage collector needs half a minute to learn of new kinds.
export const cases: readonly Case[] = [
	...writes,
	...schema,
	...firstShape,
	...lists,
	...watches,
	...mesh,
	...gateways,
	...kinds,
	...readBacks,
	...lives,
];
