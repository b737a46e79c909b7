import { DIRECTIVES, type DirectiveName, findDirective } from './directives.ts';
import { ConfigCommandError, ConfigRefusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import type { Setting } from './value-type.ts';

/** Who says CONFIG SET, and when. */
export interface SetContext {
  /** Whether the client is on this machine: what `local` allows. */
  readonly isLocal: boolean;
  /** Whether data is being loaded. */
  readonly isLoading: boolean;
}

/** What a CONFIG SET asks for, checked in itself: which directives get which settings. Unchanged ones are left out. */
export type ParsedSet = ReadonlyMap<DirectiveName, Setting<unknown>>;

/**
 * Checks `name value name value …`, without changing anything.
 * @throws ConfigCommandError with Redis' reply.
 */
export function parseSet(settings: Settings, args: readonly string[], context: SetContext): ParsedSet {
  if (args.length === 0 || args.length % 2 !== 0) throw new ConfigCommandError('syntax error');
  const values = new Map<DirectiveName, string>();
  for (let i = 0; i < args.length; i += 2) {
    const name = findDirective(args[i]);
    if (name === undefined) {
      throw new ConfigCommandError(`Unknown option or number of arguments for CONFIG SET - '${args[i]}'`);
    }
    const objection = objectionTo(settings, name, context);
    if (objection !== undefined) throw failure(args[i], objection);
    if (context.isLoading && DIRECTIVES[name].flags?.includes('deny-loading')) {
      throw new ConfigCommandError('Redis is loading the dataset in memory', 'LOADING');
    }
    if (values.has(name)) throw failure(args[i], 'duplicate parameter');
    values.set(name, args[i + 1]);
  }
  const parsed = new Map<DirectiveName, Setting<unknown>>();
  let i = 0;
  for (const [name, value] of values) {
    const given = args[2 * i++].toLowerCase();
    try {
      const setting = settings.parse(name, DIRECTIVES[name].type.takesSeveral ? value.split(' ') : [value]);
      if (!isSame(setting, settings.current(name))) parsed.set(name, setting);
    } catch (error) {
      throw error instanceof ConfigRefusal ? failure(given, error.message) : error;
    }
  }
  return parsed;
}

/** The text of notify-keyspace-events leaves out what stands beside `A`, so numbers are compared, too. */
const isSame = (a: Setting<unknown>, b: Setting<unknown>): boolean =>
  a.text === b.text && (typeof a.value !== 'number' || a.value === b.value);

/** The reply to a CONFIG SET that is refused for the sake of one directive. */
export function failure(name: string, reason: string): ConfigCommandError {
  return new ConfigCommandError(`CONFIG SET failed (possibly related to argument '${name}') - ${reason}`);
}

function objectionTo(settings: Settings, name: DirectiveName, context: SetContext): string | undefined {
  const { flags } = DIRECTIVES[name];
  if (flags?.includes('immutable')) return "can't set immutable config";
  const allowed = settings.current('enable-protected-configs').value;
  const trusted = allowed === 'yes' || (allowed === 'local' && context.isLocal);
  return flags?.includes('protected') && !trusted ? "can't set protected config" : undefined;
}
