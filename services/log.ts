// The one door to the log: an interface here, winston behind it in telemetry/.

type Fields = Readonly<Record<string, unknown>>;

/** Structured logging: the message is constant or the seed's text, facts go in `fields`. */
export type Log = {
	debug(message: string, fields?: Fields): void;
	info(message: string, fields?: Fields): void;
	warn(message: string, fields?: Fields): void;
	error(message: string, fields?: Fields): void;
};

/** The same log with more fields on every line, asked for anew with each; the line's own win. */
export const logWith = (log: Log, more: () => Fields): Log => ({
	debug(message, fields) {
		log.debug(message, {...more(), ...fields});
	},
	info(message, fields) {
		log.info(message, {...more(), ...fields});
	},
	warn(message, fields) {
		log.warn(message, {...more(), ...fields});
	},
	error(message, fields) {
		log.error(message, {...more(), ...fields});
	},
});

/** A log that keeps nothing. */
export const silentLog: Log = {debug() {}, info() {}, warn() {}, error() {}};
