/** The directive `rename-command`: commands under another name, or under none. */
import type { Registry } from '../commands/registry.ts';

/** Old and new name, byte strings, in the order of the configuration file. */
export type RenamedCommands = readonly (readonly string[])[];

/** On each I/O thread, when it knows all commands. @throws Error that says in one line what can't be renamed */
export function renameCommands(registry: Registry, renamed: RenamedCommands): void {
  for (const [from, to] of renamed) {
    try {
      registry.rename(from, to);
    } catch (error) {
      throw new Error(`rename-command: ${(error as Error).message}`);
    }
  }
}
