// What the host of a Canary's actor is given: the same for all of them.
import type {CanaryModel} from '../../api/model.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {EventRecorder} from '../../services/telemetry/event-recorder.ts';
import type {RunAnnotations} from '../../services/telemetry/grafana.ts';
import type {Telemetry} from '../../services/telemetry/telemetry.ts';
import type {Tracing} from '../../services/telemetry/tracing.ts';
import type {Inspector} from '../inspection/inspector.ts';
import type {RunArchive} from '../record/run-archive.ts';
import type {CommandDesk} from '../supervision/command-desk.ts';
import type {Services} from './bindings.ts';
import type {AllOnlookers} from './onlookers.ts';

export type HostOptions = {
	readonly services: Services;
	readonly eventRecorder: EventRecorder;
	readonly telemetry: Telemetry;
	readonly tracing: Tracing;
	/** Where runs are recorded. */
	readonly archive: RunArchive;
	/** Who else is told that runs begin and end. */
	readonly annotations: RunAnnotations;
	/** Where people's commands come in. */
	readonly desk: CommandDesk;
	/** The newest version of a Canary that the supervisor has seen. */
	readonly newest: (model: CanaryModel) => KubeObject | undefined;
	/** Called with each version of this Canary that comes later; answers how to stop. */
	readonly onVersion: (model: CanaryModel, listener: (canary: KubeObject) => void) => () => void;
	/** Who looks on. */
	readonly onlookers: AllOnlookers;
	/** Shows the actors as they are; nobody is shown them without it. */
	readonly inspector?: Inspector | undefined;
};
