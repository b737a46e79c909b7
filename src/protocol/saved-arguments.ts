import { copy, Region } from '../base/region.ts';
import type { Arguments } from './arguments.ts';

/** A command's arguments in memory of their own: for commands that run later (transactions) or again (blocking). */
export class SavedArguments {
  private readonly source: Region;
  private readonly at: Int32Array;
  private readonly size: Int32Array;

  constructor(from: Arguments) {
    const { argc } = from;
    this.size = from.size.slice(0, argc);
    this.at = new Int32Array(argc);
    let bytes = 0;
    for (let arg = 0; arg < argc; arg++) {
      this.at[arg] = bytes;
      bytes += this.size[arg];
    }
    this.source = Region.allocate(bytes);
    for (let arg = 0; arg < argc; arg++) copy(from.source, from.at[arg], this.source, this.at[arg], this.size[arg]);
  }

  get bytes(): number {
    return this.source.length;
  }

  loadInto(to: Arguments): void {
    const argc = this.at.length;
    to.reserve(argc);
    to.source = this.source;
    to.argc = argc;
    to.at.set(this.at);
    to.size.set(this.size);
  }
}
