// Records of runs as tests and the documentation's example need them: a bad run with all that a record can hold.
import type {RecordedRun} from '../../../services/reports/run-story.ts';

const BEGAN = Date.UTC(2026, 10, 21, 9, 0, 0);
/** So many seconds into the run. */
export const at = (seconds: number): string => `${new Date(BEGAN + seconds * 1000).toISOString().slice(0, 19)}Z`;

const revision = 'd4269bd1c93a915ce124ad1a4e6c426f';

/** A run that a person paused, that lost its daemon for a minute, and that was rolled back for its success rate. */
export const rolledBack: RecordedRun = {
	metadata: {name: `podinfo-${revision}-20261121t090000z`, namespace: 'test'},
	spec: {
		canary: 'podinfo',
		kind: 'Canary',
		run: `${revision}-20261121T090000Z`,
		revision,
		target: {kind: 'Deployment', name: 'podinfo'},
		primary: {kind: 'Deployment', name: 'podinfo-primary'},
		began: at(0),
	},
	status: {
		outcome: 'rolled-back',
		reason: 'failed checks threshold reached 2',
		ended: at(930),
		knownUntil: at(930),
		seconds: {progressing: 450, halted: 120, waitingForPeople: 300},
		transitions: [
			{at: at(0), to: 'progressing.scalingUp.scaling', event: 'world observed', weight: 0},
			{at: at(20), from: 'progressing.scalingUp.rising', to: 'progressing.routing', event: 'done', weight: 0},
			{at: at(21), from: 'progressing.routing', to: 'progressing.settling', event: 'done', weight: 10},
			{at: at(24), from: 'progressing.settling', to: 'progressing.soaking', event: 'done', weight: 10},
			{
				at: at(100),
				from: 'progressing.soaking',
				to: 'halted.paused',
				event: 'command given',
				weight: 10,
				reason: 'somebody to resume it: paused by alice: looking at <b>logs</b>',
			},
			{at: at(400), from: 'halted.paused', to: 'progressing.soaking', event: 'command given', weight: 10},
			{at: at(600), from: 'progressing.soaking', to: 'progressing.routing', event: 'check judged', weight: 20},
			{
				at: at(780),
				from: 'progressing.soaking',
				to: 'halted.failedCheck',
				event: 'check judged',
				weight: 20,
				reason: 'a passing check, the last one failed: success rate 91.00% < 99% (1 of 2)',
			},
			{
				at: at(900),
				from: 'halted.failedCheck',
				to: 'failed.routing',
				event: 'check judged',
				weight: 20,
				reason: 'failed checks threshold reached 2',
			},
			{at: at(930), from: 'failed.scalingDown', to: 'failed.idle', event: 'done', weight: 0},
		],
		weights: [
			{at: at(0), weight: 0},
			{at: at(21), weight: 10},
			{at: at(600), weight: 20},
			{at: at(901), weight: 0},
		],
		metrics: [
			{
				name: 'request-success-rate',
				kind: 'success-rate',
				min: 99,
				measurements: [
					{at: at(81), weight: 10, outcome: 'passed', value: 99.8},
					{at: at(540), weight: 10, outcome: 'passed', value: 99.95},
					{at: at(660), weight: 20, outcome: 'no data', text: 'no data for request-success-rate'},
					{at: at(780), weight: 20, outcome: 'breached', value: 91, text: 'success rate 91.00% < 99%'},
					{at: at(900), weight: 20, outcome: 'breached', value: 90.5, text: 'success rate 90.50% < 99%'},
				],
			},
			{
				name: 'request-duration',
				kind: 'duration',
				max: 500,
				measurements: [
					{at: at(81), weight: 10, outcome: 'passed', value: 120},
					{at: at(540), weight: 10, outcome: 'passed', value: 140},
					{at: at(780), weight: 20, outcome: 'passed', value: 210},
					{at: at(900), weight: 20, outcome: 'passed', value: 250},
				],
			},
		],
		verdicts: [
			{at: at(81), weight: 10, outcome: 'passed'},
			{at: at(540), weight: 10, outcome: 'passed'},
			{at: at(660), weight: 20, outcome: 'unknown', text: 'no data for request-success-rate'},
			{at: at(780), weight: 20, outcome: 'failed', text: 'success rate 91.00% < 99%'},
			{at: at(900), weight: 20, outcome: 'failed', text: 'success rate 90.50% < 99%'},
		],
		commands: [
			{
				at: at(100),
				name: 'podinfo-pause-x',
				verb: 'pause',
				requestedBy: 'alice',
				reason: 'looking at <b>logs</b>',
				outcome: 'Done',
				message: 'the run goes on',
			},
			{
				at: at(400),
				name: 'podinfo-resume-y',
				verb: 'resume',
				requestedBy: 'alice',
				reason: 'they are fine',
				outcome: 'Done',
				message: 'the run goes on',
			},
		],
		gaps: [{from: at(480), to: at(540), why: 'no daemon was there, or what it knew was lost with its memory'}],
		omitted: {measurements: 12},
	},
};

/** What somebody may have written who wants to own the reader's terminal, browser or issue. */
const HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>|`x`\u001B[2J\n# owned\u202E[a](javascript:1)';

/** Hostile text wherever a record takes text. */
export const hostile: RecordedRun = {
	metadata: {name: 'podinfo-x', namespace: 'test'},
	spec: {
		...rolledBack.spec,
		canary: HOSTILE,
		run: HOSTILE,
		revision: HOSTILE,
		target: {kind: HOSTILE, name: HOSTILE},
		primary: {kind: HOSTILE, name: HOSTILE},
	},
	status: {
		...rolledBack.status,
		outcome: 'promoted',
		reason: HOSTILE,
		transitions: [{at: at(0), to: HOSTILE, event: HOSTILE, weight: 0, reason: HOSTILE}],
		metrics: [
			{name: HOSTILE, kind: HOSTILE, min: 1, measurements: [{at: at(1), weight: 1, outcome: HOSTILE, value: 1e300}]},
		],
		commands: [{at: HOSTILE, name: HOSTILE, verb: 'pause', requestedBy: HOSTILE, reason: HOSTILE, message: HOSTILE}],
		digests: {template: HOSTILE, configs: {[HOSTILE]: HOSTILE}},
		gaps: [{from: HOSTILE, to: HOSTILE, why: HOSTILE}],
	},
};
