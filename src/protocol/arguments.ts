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
}
