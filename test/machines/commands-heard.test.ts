// In every state of the chart each command has one answer: that of the place in a Canary's life where it is.
import test from 'ava';
import {canaryMachine} from '../../machines/canary.ts';
import {decide, type Place} from '../../machines/model/commands.ts';
import {configOf, leavesOf} from './anatomy.ts';
import {heardAt} from './commands-heard.ts';
import {allCommands, contextOf} from './world.ts';

/** The first that fits; what a person at the page would say of the state. */
const places: ReadonlyArray<readonly [states: RegExp, place: Place]> = [
	[/^(?:initialized|finished|failed)\.(?:idle|mending)$/, 'resting'],
	[/^initialized\.superseding\./, 'failing'],
	[/^initialized\./, 'starting'],
	[/^(?:progressing|halted)\./, 'running'],
	[/^promoting\.takingBack\./, 'failing'],
	[/^promoting\.routing$/, 'ending'],
	[/^promoting\./, 'promoting'],
	[/^finished\./, 'ending'],
	[/^failed\.holding$/, 'holding'],
	[/^failed\./, 'failing'],
];

const context = contextOf({target: 'v2'});

for (const {path} of leavesOf(configOf(canaryMachine))) {
	test(`a command finds its place in ${path}`, (t) => {
		const place = places.find(([states]) => states.test(path))?.[1];
		if (place === undefined) {
			t.fail('the state has no place here');
			return;
		}

		for (const command of allCommands) {
			const {outcome, message} = decide(context, place, command);
			t.deepEqual(heardAt(canaryMachine, path, context, command), [{outcome, message}], command.verb);
		}
	});
}
