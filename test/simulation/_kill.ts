import {simulate, quick} from './simulation.ts';
const [shape = 'today', scenario = 'good', write = '1', when = 'applied', wait = '3'] = process.argv.slice(2);
const sim = await simulate({shape: shape as 'today', scenario: scenario as 'good', analysis: quick});
const d = await sim.start({cut: {write: Number(write), when: when as 'before'}});
await sim.until(() => !d.isAlive());
const t0 = sim.clock.now();
console.log('dead at', t0 % 1000000, d.requests.at(-1), JSON.stringify(sim.status()), sim.events());
await sim.seconds(Number(wait));
const n = sim.states.length;
const e = await sim.start();
try {
	await sim.toRest();
} catch (error) {
	console.log(error);
}
console.log(sim.states.map((s, i) => `${i >= n ? '+' : '-'} ${s.from} -> ${s.to} on ${s.event}`).join('\n'));
console.log(sim.events(), sim.status(), sim.violations, sim.complaints);
console.log(e.requests.join('\n'));
await sim.stop();
