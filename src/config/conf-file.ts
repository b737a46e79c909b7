import { MAYFLY_VERSION } from '../base/version.ts';
import { textOfByteString } from './byte-string.ts';
import {
  DIRECTIVE_NAMES,
  DIRECTIVES,
  type DirectiveName,
  FILE_DIRECTIVES,
  findDirective,
  OBSOLETE_DIRECTIVES,
} from './directives.ts';
import { expandInclude } from './include-glob.ts';
import { splitLine } from './line.ts';
import { type Notice, unbuiltNotice } from './notices.ts';
import { ConfigRefusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { describeSystemError } from './system-error.ts';

/** Lines of configuration (a byte string) and where they come from. */
export interface ConfigSource {
  readonly kind: 'file' | 'standard input' | 'command line';
  /** Of a file. */
  readonly path?: string;
  readonly text: string;
}

/** Configuration that can't be used. `message` is what to print before the server exits with 1. */
export class ConfigSourceError extends Error {
  override readonly name = 'ConfigSourceError';
}

/** The arguments of directives that only configuration files know, in order. */
export interface FileDirectives {
  readonly user: string[][];
  readonly 'rename-command': string[][];
  readonly loadmodule: string[][];
}

const INCLUDE_DEPTH_MAX = 32;

/**
 * Puts configuration in force, later lines over earlier ones.
 * @throws ConfigSourceError at the first line that can't be used. What came before it is in force then.
 */
export function loadSources(settings: Settings, sources: readonly ConfigSource[]): Loaded {
  const loading = new Loading(settings);
  for (const source of sources) loading.readLines(source, 0);
  loading.finish();
  return loading;
}

export interface Loaded {
  readonly fileDirectives: FileDirectives;
  readonly notices: readonly Notice[];
}

class Loading implements Loaded {
  readonly fileDirectives: FileDirectives = { user: [], 'rename-command': [], loadmodule: [] };
  readonly notices: Notice[] = [];
  readonly #settings: Settings;
  readonly #assigned = new Set<DirectiveName>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  readLines(source: ConfigSource, depth: number): void {
    source.text.split('\n').forEach((rawLine, index) => {
      const line = rawLine.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
      if (line === '' || line.startsWith('#')) return;
      try {
        this.#readLine(line, depth);
      } catch (error) {
        if (!(error instanceof ConfigRefusal)) throw error;
        throw new ConfigSourceError(describeFault(error.message, { source, lineNumber: index + 1, line }));
      }
    });
  }

  #readLine(line: string, depth: number): void {
    const words = splitLine(line);
    if (words === undefined) throw new ConfigRefusal('Unbalanced quotes in configuration line');
    if (words.length === 0) return;
    const [givenName, ...args] = words;
    const name = findDirective(givenName);
    if (name !== undefined) this.#assign(name, args);
    else this.#readFileDirective(givenName.toLowerCase(), args, depth);
  }

  #assign(name: DirectiveName, args: readonly string[]): void {
    const { takesSeveral } = DIRECTIVES[name].type;
    if (!takesSeveral && args.length !== 1) throw new ConfigRefusal('wrong number of arguments');
    // `save "900 1 300 10"` is as good as `save 900 1 300 10`; a single "" stays what it is.
    const words = takesSeveral && args.length === 1 && args[0] !== '' ? splitLine(args[0]) : args;
    if (words === undefined) throw new ConfigRefusal('Unbalanced quotes in configuration line');
    this.#settings.assign(name, this.#settings.parse(name, words, this.#assigned.has(name)));
    this.#assigned.add(name);
  }

  #readFileDirective(name: string, args: string[], depth: number): void {
    if (name === 'include' && args.length === 1) this.#include(textOfByteString(args[0]), depth);
    else if (name === 'user' && args.length >= 1) this.fileDirectives.user.push(args);
    else if (name === 'rename-command' && args.length === 2) this.fileDirectives['rename-command'].push(args);
    else if (name === 'loadmodule' && args.length >= 1) this.fileDirectives.loadmodule.push(args);
    else if (OBSOLETE_DIRECTIVES.includes(name) && args.length === 1) {
      this.notices.push({ level: 'notice', text: `Directive '${name}' is obsolete and has no effect.` });
    } else throw new ConfigRefusal('Bad directive or wrong number of arguments');
  }

  #include(pattern: string, depth: number): void {
    if (depth === INCLUDE_DEPTH_MAX) throw new ConfigRefusal(`Files include each other more than ${depth} deep`);
    for (const path of expandInclude(pattern, this.#settings.host)) {
      this.readLines(readConfigFile(path, this.#settings), depth + 1);
    }
  }

  /** What can be judged only when everything has been read. */
  finish(): void {
    const settings = this.#settings;
    const logFile = settings.current('logfile').value as string;
    if (logFile !== '') {
      try {
        settings.host.checkAppendable(logFile);
      } catch (error) {
        throw new ConfigSourceError(describeFault(`Can't open the log file: ${describeSystemError(error)}`));
      }
    }
    const isCluster = settings.current('cluster-enabled').value === true;
    if (isCluster && settings.current('replicaof').value !== undefined) {
      throw new ConfigSourceError(describeFault('replicaof directive not allowed in cluster mode'));
    }
    for (const name of DIRECTIVE_NAMES) {
      if (this.#assigned.has(name) && isUnbuilt(settings, name))
        this.notices.push(unbuiltNotice(name, DIRECTIVES[name]));
    }
    for (const name of ['user', 'rename-command', 'loadmodule'] as const) {
      const { built } = FILE_DIRECTIVES[name];
      if (!built && this.fileDirectives[name].length > 0) this.notices.push(unbuiltNotice(name, FILE_DIRECTIVES[name]));
    }
  }
}

/** Whether a directive says something that Mayfly doesn't (wholly) do. */
export function isUnbuilt(settings: Settings, name: DirectiveName): boolean {
  const { built, harmless } = DIRECTIVES[name];
  return built !== true && !(harmless ?? [settings.initial(name).text]).includes(settings.current(name).text);
}

/** @throws ConfigSourceError if the file can't be read. */
export function readConfigFile(path: string, { host }: Pick<Settings, 'host'>): ConfigSource {
  try {
    return { kind: 'file', path, text: host.readFile(path).toString('latin1') };
  } catch (error) {
    throw new ConfigSourceError(`Fatal error, can't open config file '${path}': ${describeSystemError(error)}`);
  }
}

function describeFault(
  reason: string,
  at?: { readonly source: ConfigSource; readonly lineNumber: number; readonly line: string },
): string {
  const lines = [`\n*** FATAL CONFIG FILE ERROR (Mayfly ${MAYFLY_VERSION}) ***`];
  if (at !== undefined) {
    const { kind, path } = at.source;
    const place = kind === 'file' ? `configuration file ${path}` : kind;
    lines.push(`Reading the ${place}${kind === 'command line' ? '' : `, at line ${at.lineNumber}`}`);
    lines.push(`>>> '${textOfByteString(at.line)}'`);
  }
  lines.push(reason);
  return lines.join('\n');
}
