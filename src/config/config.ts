import { ChangeListeners } from './change-listeners.ts';
import { type ConfigSource, type FileDirectives, isUnbuilt, loadSources } from './conf-file.ts';
import { findSettings } from './config-get.ts';
import { failure, type ParsedSet, parseSet, type SetContext } from './config-set.ts';
import type { ConfigView } from './config-view.ts';
import { DIRECTIVE_NAMES, DIRECTIVES, type DirectiveName, type ValueOf } from './directives.ts';
import { type Host, systemHost } from './host.ts';
import { type Notice, unbuiltNotice } from './notices.ts';
import { ConfigCommandError, ConfigRefusal } from './refusal.ts';
import { rewriteConfigText, type WantedLines } from './rewriter.ts';
import { Settings } from './settings.ts';
import { describeSystemError } from './system-error.ts';
import type { Setting } from './value-type.ts';
import type { SharedConfig } from './worker-config.ts';

/** A checked CONFIG SET that has yet to take effect: room for what must be prepared first, such as opening a port. */
export interface ConfigChange {
  /** The value that a directive will have. */
  value<N extends DirectiveName>(name: N): ValueOf<N>;
  changes(name: DirectiveName): boolean;
  /** @throws ConfigCommandError if a listener refuses; everything is then as before. */
  commit(): void;
}

/** All configuration, on the main thread: what is in force, who wants to know of changes, and CONFIG's subcommands. */
export class Config implements ConfigView {
  /** The configuration file, if there is one: what CONFIG REWRITE writes. */
  configFile: string | undefined;
  /** What configuration files say beyond what CONFIG GET knows. */
  fileDirectives: FileDirectives = { user: [], 'rename-command': [], loadmodule: [] };
  #version = 0;
  readonly #settings: Settings;
  readonly #listeners = new ChangeListeners();
  readonly #commitListeners: ((names: readonly DirectiveName[]) => void)[] = [];
  #pendingNotices: Notice[] = [];
  #tell: ((notice: Notice) => void) | undefined;

  constructor(host: Host = systemHost) {
    this.#settings = new Settings(host);
  }

  get version(): number {
    return this.#version;
  }

  value<N extends DirectiveName>(name: N): ValueOf<N> {
    return this.#settings.current(name).value as ValueOf<N>;
  }

  onChange(names: DirectiveName | readonly DirectiveName[], listener: () => void): () => void {
    return this.#listeners.add(names, listener);
  }

  /** Calls `listener` with the names that changed after each change that went through: to tell workers, for instance. */
  onCommit(listener: (names: readonly DirectiveName[]) => void): void {
    this.#commitListeners.push(listener);
  }

  /** Hands all notices, those that came up so far first, to whoever writes the log. */
  onNotice(tell: (notice: Notice) => void): void {
    this.#tell = tell;
    for (const notice of this.#pendingNotices.splice(0)) tell(notice);
  }

  /**
   * Puts configuration in force at start, before anybody listens.
   * @throws ConfigSourceError
   */
  load(sources: readonly ConfigSource[]): void {
    const { fileDirectives, notices } = loadSources(this.#settings, sources);
    this.fileDirectives = fileDirectives;
    this.#version++;
    for (const notice of notices) this.#notify(notice);
    const file = sources.find((source) => source.kind === 'file');
    if (file?.path !== undefined) this.configFile = file.path;
  }

  /** CONFIG GET: names and values, as byte strings. */
  get(patterns: readonly string[]): [name: string, text: string][] {
    return findSettings(this.#settings, patterns);
  }

  /**
   * CONFIG SET, all or nothing. `args` are names and values in turn, as byte strings.
   * @throws ConfigCommandError with Redis' reply.
   */
  set(args: readonly string[], context: SetContext): void {
    this.prepare(args, context).commit();
  }

  /**
   * The first half of CONFIG SET: checks everything, changes nothing.
   * @throws ConfigCommandError with Redis' reply.
   */
  prepare(args: readonly string[], context: SetContext): ConfigChange {
    const parsed = parseSet(this.#settings, args, context);
    return {
      value: <N extends DirectiveName>(name: N) =>
        (parsed.get(name) ?? this.#settings.current(name)).value as ValueOf<N>,
      changes: (name) => parsed.has(name),
      commit: () => this.#commit(parsed),
    };
  }

  #commit(parsed: ParsedSet): void {
    const names = [...parsed.keys()];
    const before = new Map<DirectiveName, Setting<unknown>>(names.map((name) => [name, this.#settings.current(name)]));
    const concerned = this.#listeners.concernedBy(names);
    const told: typeof concerned = [];
    try {
      this.#assign(parsed);
      for (const each of concerned) {
        told.push(each);
        each.listener();
      }
    } catch (error) {
      this.#assign(before);
      this.#tellAgain(told);
      throw error instanceof ConfigRefusal ? failure(told[told.length - 1].name, error.message) : error;
    }
    if (names.length > 0) for (const listener of this.#commitListeners) listener(names);
    for (const name of names) {
      if (isUnbuilt(this.#settings, name)) this.#notify(unbuiltNotice(name, DIRECTIVES[name]));
    }
  }

  #assign(settings: ReadonlyMap<DirectiveName, Setting<unknown>>): void {
    for (const [name, setting] of settings) {
      try {
        this.#settings.assign(name, setting);
      } catch (error) {
        throw failure(name, describeSystemError(error));
      }
    }
    if (settings.size > 0) this.#version++;
  }

  /** After a refusal: those that saw the values which were not to be. */
  #tellAgain(concerned: readonly { readonly name: DirectiveName; readonly listener: () => void }[]): void {
    for (const { name, listener } of concerned) {
      try {
        listener();
      } catch (error) {
        const text = `Can't go back to the previous ${name}: ${describeSystemError(error)}`;
        this.#notify({ level: 'warning', text });
      }
    }
  }

  /**
   * CONFIG REWRITE: writes what is in force into the configuration file.
   * @param options.everything Defaults too, also where the file doesn't mention them.
   * @param options.users The `user` lines that should stand in the file; if not given, those that are there stay.
   * @throws ConfigCommandError with Redis' reply.
   */
  rewrite(options: { readonly everything?: boolean; readonly users?: readonly string[] } = {}): void {
    if (this.configFile === undefined) throw new ConfigCommandError('The server is running without a config file');
    try {
      const oldText = this.#readConfigFile(this.configFile);
      const newText = rewriteConfigText(oldText, this.#wantedLines(options));
      this.#settings.host.replaceFile(this.configFile, Buffer.from(newText, 'latin1'));
    } catch (error) {
      throw new ConfigCommandError(`Rewriting config file: ${describeSystemError(error)}`);
    }
  }

  #readConfigFile(path: string): string {
    try {
      return this.#settings.host.readFile(path).toString('latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  #wantedLines(options: {
    readonly everything?: boolean;
    readonly users?: readonly string[];
  }): Map<string, WantedLines> {
    const wanted = new Map<string, WantedLines>();
    for (const name of DIRECTIVE_NAMES) {
      const [current, initial] = [this.#settings.current(name), this.#settings.initial(name)];
      const lines = DIRECTIVES[name].type.toLines(current, initial).map((line) => `${name} ${line}`);
      wanted.set(name, { lines, required: options.everything === true || current.text !== initial.text });
    }
    if (options.users !== undefined) wanted.set('user', { lines: options.users, required: true });
    return wanted;
  }

  /** The values that workers may see, all or only the named ones, to be posted to them. */
  toShared(names: readonly DirectiveName[] = DIRECTIVE_NAMES): SharedConfig {
    return this.toIoThreads(names.filter((name) => !DIRECTIVES[name].flags?.includes('sensitive')));
  }

  /** Like `toShared`, passwords among them: I/O threads ask clients for them. */
  toIoThreads(names: readonly DirectiveName[] = DIRECTIVE_NAMES): SharedConfig {
    return {
      version: this.#version,
      values: Object.fromEntries(names.map((name) => [name, this.#settings.current(name).value])),
    };
  }

  #notify(notice: Notice): void {
    if (this.#tell === undefined) this.#pendingNotices.push(notice);
    else this.#tell(notice);
  }
}
