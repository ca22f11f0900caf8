// One daemon as a process of its own, which can be killed; its configuration is the only argument, as JSON.
import process from 'node:process';
import {startDaemon, type DaemonConfig} from '../../../index.ts';

// Must not outlive the test that started it.
process.stdin.on('end', () => process.exit(1)).resume();
await startDaemon(JSON.parse(process.argv[2] ?? '') as DaemonConfig);
