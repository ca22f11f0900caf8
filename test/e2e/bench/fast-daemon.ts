// The daemon as `npm run bench` starts an operator, ten times faster than its Canaries say, so that a test can wait for
// it: kubeconfig, metrics server and port are the arguments.
import process from 'node:process';
import {onStopSignal} from '../../../cli/signals.ts';
import {startDaemon} from '../../../index.ts';

const [kubeconfig = '', metricsServer = '', port = ''] = process.argv.slice(2);
const stop = onStopSignal();
const daemon = await startDaemon({
	kubeconfig,
	metricsServer,
	meshProvider: 'istio',
	intervalMs: 10_000,
	logLevel: 'error',
	port: Number(port),
	speed: 10,
});
await stop.asked;
await daemon.stop();
process.exit(0);
