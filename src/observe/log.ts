import { pino } from 'pino';
import { LineFormatter } from './log-line.ts';

export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning' | 'nothing';

/** Where the server tells what it does. A line is written when the call returns, so none is lost in a crash. */
export interface Log {
  debug(message: string): void;
  verbose(message: string): void;
  notice(message: string): void;
  warning(message: string): void;
  /** Text as it is, without time and level: the logo. */
  raw(text: string): void;
  setLevel(level: LogLevel): void;
  /** M master, S replica, C child or not yet serving, X sentinel. */
  setRole(role: string): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Path of a file to append to; '' is standard output. */
  readonly file: string;
  readonly pid?: number;
  readonly role?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const LEVELS = { debug: 20, verbose: 30, notice: 40, warning: 50 };

/** pino hands a stream that says so the parts of each message, so that lines needn't be made out of its JSON. */
const WANTS_PARTS = Symbol.for('pino.metadata');
const STANDARD_OUTPUT = 1;

/**
 * Opens the log. Lines look like Redis': `pid:role day month year time mark message`.
 * @throws if the file can't be opened.
 */
export function openLog(options: LogOptions): Log {
  // Synchronous: a log that is behind says nothing about a crash.
  const output = pino.destination({ dest: options.file === '' ? STANDARD_OUTPUT : options.file, sync: true });
  // A full disk must not stop the server, and says so where somebody may still look.
  output.on('error', (error: Error) => process.stderr.write(`Can't write the log: ${error.message}\n`));
  const format = new LineFormatter(options.pid ?? process.pid, options.role ?? 'M');
  const now = options.now ?? Date.now;
  const stream = {
    [WANTS_PARTS]: true,
    lastMsg: '',
    lastLevel: 0,
    write() {
      output.write(format.line(now(), stream.lastLevel / 10 - 2, stream.lastMsg));
    },
  };
  const logger = pino(
    {
      level: pinoLevel(options.level),
      customLevels: LEVELS,
      useOnlyCustomLevels: true,
      base: null,
      timestamp: false,
    },
    stream,
  );
  return {
    debug: (message) => logger.debug(message),
    verbose: (message) => logger.verbose(message),
    notice: (message) => logger.notice(message),
    warning: (message) => logger.warning(message),
    raw: (text) => void output.write(text),
    setLevel(level) {
      logger.level = pinoLevel(level);
    },
    setRole(role) {
      format.role = role;
    },
  };
}

function pinoLevel(level: LogLevel): string {
  return level === 'nothing' ? 'silent' : level;
}
