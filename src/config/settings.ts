import { DIRECTIVE_NAMES, DIRECTIVES, type DirectiveName } from './directives.ts';
import type { Host } from './host.ts';
import type { Setting } from './value-type.ts';

/** What is in force for each directive, and what was before anybody configured anything. */
export class Settings {
  readonly host: Host;
  readonly #initial = new Map<DirectiveName, Setting<unknown>>();
  readonly #current: Map<DirectiveName, Setting<unknown>>;

  constructor(host: Host) {
    this.host = host;
    for (const name of DIRECTIVE_NAMES) {
      const { type, initial } = DIRECTIVES[name];
      this.#initial.set(name, type.parse(initial, { current: undefined, repeated: false, host }));
    }
    this.#current = new Map(this.#initial);
  }

  current(name: DirectiveName): Setting<unknown> {
    return this.#current.get(name)!;
  }

  initial(name: DirectiveName): Setting<unknown> {
    return this.#initial.get(name)!;
  }

  /** @throws ConfigRefusal */
  parse(name: DirectiveName, args: readonly string[], repeated = false): Setting<unknown> {
    return DIRECTIVES[name].type.parse(args, { current: this.current(name), repeated, host: this.host });
  }

  /** Puts a setting in force. Moving to another `dir` happens here, as relative paths read next depend on it. */
  assign(name: DirectiveName, setting: Setting<unknown>): void {
    if (name === 'dir' && setting.text !== this.current(name).text) this.host.changeDirectory(setting.value as string);
    this.#current.set(name, setting);
  }
}
