/** The slow log: the latest commands that took longer than `slowlog-log-slower-than`. */
import { latin1 } from '../base/region.ts';
import type { ConfigView } from '../config/config-view.ts';
import type { DirectiveName } from '../config/directives.ts';
import type { Arguments } from '../protocol/arguments.ts';

export interface SlowCommand {
  /** When it ended, in seconds since 1970. */
  readonly seconds: number;
  readonly microseconds: number;
  /** Byte strings, shortened. */
  readonly args: readonly string[];
}

export interface SlowLogEntry extends SlowCommand {
  readonly id: number;
  readonly address: string;
  readonly clientName: string;
}

/** What workers must know of to shorten and time. */
export const SLOW_LOG_DIRECTIVES = [
  'slowlog-log-slower-than',
  'slowlog-entry-max-argc',
  'slowlog-entry-max-string-len',
  'latency-monitor-threshold',
  'latency-tracking',
] as const satisfies readonly DirectiveName[];

const REDACTED = '(redacted)';

export class SlowLog {
  private readonly config: ConfigView;
  private kept: SlowLogEntry[] = [];
  private nextId = 0;

  constructor(config: ConfigView) {
    this.config = config;
    config.onChange('slowlog-max-len', () => this.trim());
  }

  /** Newest first. */
  get entries(): readonly SlowLogEntry[] {
    return this.kept;
  }

  /** Keeps the command if it was slow enough. */
  add(command: SlowCommand, address: string, clientName: string): void {
    const slowerThan = Number(this.config.value('slowlog-log-slower-than'));
    if (slowerThan < 0 || command.microseconds < slowerThan) return;
    this.kept.unshift({ ...command, id: this.nextId++, address, clientName });
    this.trim();
  }

  clear(): void {
    this.kept = [];
  }

  private trim(): void {
    const lengthMax = Number(this.config.value('slowlog-max-len'));
    if (this.kept.length > lengthMax) this.kept.length = lengthMax;
  }
}

/** The running command's words as the slow log keeps them: few, short, and without passwords. */
export function slowArguments(words: Arguments, config: ConfigView): string[] {
  const countMax = Number(config.value('slowlog-entry-max-argc'));
  const bytesMax = Number(config.value('slowlog-entry-max-string-len'));
  const shown = Math.min(words.argc, countMax);
  const kept: string[] = [];
  for (let arg = 0; arg < shown; arg++) {
    if (shown < words.argc && arg === shown - 1) {
      kept.push(`... (${words.argc - shown + 1} more arguments)`);
      break;
    }
    const bytes = words.size[arg];
    const text = latin1(words.source, words.at[arg], Math.min(bytes, bytesMax));
    kept.push(bytes > bytesMax ? `${text}... (${bytes - bytesMax} more bytes)` : text);
  }
  return redact(kept);
}

/** The words of a command, byte strings, without its secrets. */
export function redact(args: string[]): string[] {
  const [name, second] = args.map((arg) => arg.toLowerCase());
  if (name === 'auth') return args.map((arg, i) => (i === 0 ? arg : REDACTED));
  if (name === 'hello') {
    const auth = args.findIndex((arg, i) => i > 1 && arg.toLowerCase() === 'auth');
    return args.map((arg, i) => (auth > 0 && (i === auth + 1 || i === auth + 2) ? REDACTED : arg));
  }
  if (name === 'migrate') return redactMigrate(args);
  if (name === 'config' && second === 'set') {
    return args.map((arg, i) => (i > 2 && i % 2 === 1 && isSensitive(args[i - 1]) ? REDACTED : arg));
  }
  return args;
}

/** AUTH and AUTH2 stand behind the time-out, and are no more words for it once KEYS has been said. */
function redactMigrate(args: string[]): string[] {
  const shown = [...args];
  for (let arg = 6; arg < args.length; arg++) {
    const word = args[arg].toLowerCase();
    if (word === 'keys') break;
    const secrets = word === 'auth' ? 1 : word === 'auth2' ? 2 : 0;
    shown.fill(REDACTED, arg + 1, arg + 1 + secrets);
    arg += secrets;
  }
  return shown;
}

const isSensitive = (directive: string): boolean => /pass|auth/i.test(directive);
