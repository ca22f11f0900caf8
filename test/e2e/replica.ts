// A replica of the daemon as a process of its own: its configuration is the only argument, as JSON; it prints the
// address of its metrics.
import process from 'node:process';
import {onStopSignal} from '../../cli/signals.ts';
import {startDaemon, type DaemonConfig} from '../../index.ts';

// Must not outlive the test that started it.
process.stdin.on('end', () => process.exit(1)).resume();
const stop = onStopSignal();
const daemon = await startDaemon(JSON.parse(process.argv[2] ?? '') as DaemonConfig);
process.stdout.write(`${daemon.metricsUrl}\n`);
await stop.asked;
await daemon.stop();
process.exit(0);
