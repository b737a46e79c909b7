import { Region } from '../base/region.ts';

const ARGUMENTS_INITIAL = 1024;

/**
 * A command as it was received: where each argument lies in `source`. One such object a thread, overwritten by every
 * command; nothing is copied. Argument 0 is the command's name.
 */
export class Arguments {
  source: Region = Region.allocate(0);
  argc = 0;
  at = new Int32Array(ARGUMENTS_INITIAL);
  size = new Int32Array(ARGUMENTS_INITIAL);

  /** Makes room for `count` arguments, keeping those there are. */
  reserve(count: number): void {
    if (count <= this.at.length) return;
    const capacity = Math.max(count, this.at.length * 2);
    const at = new Int32Array(capacity);
    const size = new Int32Array(capacity);
    at.set(this.at);
    size.set(this.size);
    this.at = at;
    this.size = size;
  }

  /** Whether argument `arg` is this word, which is given in capitals. */
  isWord(arg: number, word: string): boolean {
    const length = word.length;
    if (this.size[arg] !== length) return false;
    const u8 = this.source.u8;
    const at = this.at[arg];
    for (let i = 0; i < length; i++) {
      const c = u8[at + i];
      if ((c >= 97 && c <= 122 ? c - 32 : c) !== word.charCodeAt(i)) return false;
    }
    return true;
  }
}
