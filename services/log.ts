// The one door to the log: an interface here, winston behind it in telemetry/.

/** Structured logging: the message is constant or the seed's text, facts go in `fields`. */
export type Log = {
	debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
	info(message: string, fields?: Readonly<Record<string, unknown>>): void;
	warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
	error(message: string, fields?: Readonly<Record<string, unknown>>): void;
};

/** A log that keeps nothing. */
export const silentLog: Log = {debug() {}, info() {}, warn() {}, error() {}};
