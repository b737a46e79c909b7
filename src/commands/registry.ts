/**
 * All commands of this thread, found by the bytes of their names without making a string.
 * Data commands are registered first and in the same order on every thread, so that an id means the same everywhere.
 */
import type { Region } from '../base/region.ts';
import type { Command } from './define.ts';

const SLOTS = 2048;
/** Names as clients wrote them last, by their bytes: up to eight, which are nearly all names. */
const RECENT_SLOTS = 256;
const RECENT_BYTES_MAX = 8;

export class Registry {
  readonly commands: Command[] = [];
  private readonly byName = new Map<string, Command>();
  private readonly slots = new Int16Array(SLOTS).fill(-1);
  private readonly names: Uint8Array[] = [];
  /** Four words a slot: the name's bytes in two, its length (0: an empty slot), the command's id. */
  private readonly recent = new Int32Array(RECENT_SLOTS * 4);

  /** Adds commands; subcommands must come after the command they belong to. @throws Error on a name taken */
  register(commands: readonly Command[]): void {
    for (const command of commands) {
      if (this.byName.has(command.name)) throw new Error(`two commands named ${command.name}`);
      command.id = this.commands.length;
      this.commands.push(command);
      this.names.push(Buffer.from(command.name));
      if (command.spec.internal) continue;
      this.byName.set(command.name, command);
      const [container, sub] = command.name.split('|');
      if (sub === undefined) this.addSlot(command);
      else {
        command.parent = this.container(container);
        command.parent.subcommands.set(sub, command);
        command.parent.hasSubcommands = true;
      }
    }
  }

  /**
   * Gives a command another name, which its subcommands go by too, or with '' none: nobody can call it any more. Statistics
   * and what COMMAND tells of it keep the old one. Before the first command only.
   * @throws Error
   */
  rename(from: string, to: string): void {
    const command = this.get(from);
    if (command === undefined || command.parent !== undefined) throw new Error(`there is no command ${from} to rename`);
    const names = [...this.byName.keys()].filter((name) => this.byName.get(name)?.parent === command);
    for (const name of [from.toLowerCase(), ...names]) this.byName.delete(name);
    const newName = to.toLowerCase();
    if (this.byName.has(newName)) throw new Error(`${from} can't be renamed to ${to}: there is such a command`);
    this.names[command.id] = Buffer.from(newName, 'latin1');
    if (newName !== '') {
      this.byName.set(newName, command);
      for (const [sub, found] of command.subcommands) this.byName.set(`${newName}|${sub}`, found);
    }
    this.slots.fill(-1);
    for (const each of this.visible) if (each.parent === undefined) this.addSlot(each);
  }

  /** All that clients can call, subcommands among them. */
  get visible(): Command[] {
    return this.commands.filter(({ spec, parent, id }) => {
      return spec.internal !== true && this.names[parent === undefined ? id : parent.id].length > 0;
    });
  }

  /** By name in any case, `config|get` for a subcommand. Cold. */
  get(name: string): Command | undefined {
    return this.byName.get(name.toLowerCase());
  }

  /** By the name's bytes in any case, subcommands not followed. @returns undefined if there is none */
  find(source: Region, at: number, length: number): Command | undefined {
    if (length === 0) return undefined;
    if (length > RECENT_BYTES_MAX || at + RECENT_BYTES_MAX > source.u8.length) return this.lookUp(source, at, length);
    const { recent } = this;
    let low = source.view.getInt32(at, true);
    let high = 0;
    if (length > 4) high = source.view.getInt32(at + 4, true) & (-1 >>> ((RECENT_BYTES_MAX - length) << 3));
    else if (length < 4) low &= (1 << (length << 3)) - 1;
    const slot = (Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> 24) << 2;
    if (recent[slot] === low && recent[slot + 1] === high && recent[slot + 2] === length) {
      return this.commands[recent[slot + 3]];
    }
    const command = this.lookUp(source, at, length);
    if (command !== undefined) {
      recent[slot] = low;
      recent[slot + 1] = high;
      recent[slot + 2] = length;
      recent[slot + 3] = command.id;
    }
    return command;
  }

  private lookUp(source: Region, at: number, length: number): Command | undefined {
    const u8 = source.u8;
    let slot = foldedHash(u8, at, length);
    for (;;) {
      const id = this.slots[slot];
      if (id < 0) return undefined;
      if (this.nameEquals(id, u8, at, length)) return this.commands[id];
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  private container(name: string): Command {
    const command = this.byName.get(name);
    if (command === undefined) throw new Error(`no command ${name} to hold subcommands`);
    return command;
  }

  private addSlot(command: Command): void {
    const name = this.names[command.id];
    let slot = foldedHash(name, 0, name.length);
    while (this.slots[slot] >= 0) slot = (slot + 1) & (SLOTS - 1);
    this.slots[slot] = command.id;
  }

  private nameEquals(id: number, u8: Uint8Array, at: number, length: number): boolean {
    const name = this.names[id];
    if (name.length !== length) return false;
    for (let i = 0; i < length; i++) {
      const c = u8[at + i];
      if ((c >= 65 && c <= 90 ? c | 32 : c) !== name[i]) return false;
    }
    return true;
  }
}

function foldedHash(u8: Uint8Array, at: number, length: number): number {
  let h = length;
  for (let i = 0; i < length && i < 24; i++) h = (Math.imul(h, 31) + (u8[at + i] | 32)) | 0;
  return (h ^ (h >>> 11)) & (SLOTS - 1);
}
