import type { Allocator } from '../memory/allocator.ts';
import { KeptBytes, type Slice } from './slice.ts';
import * as packed from './sorted-set-packed.ts';

/** Makes a packed sorted set of just the size that entries need: they are measured first, then appended. To be used again. */
export class PackedBuilder {
  /** Bytes of the members, their lengths included, if none shared anything with another. */
  memberBytes = 0;
  private entries = 0;
  private width = 1;
  private shared = 0;
  private readonly first = new KeptBytes();

  start(): void {
    this.memberBytes = 0;
    this.entries = 0;
    this.width = 1;
  }

  measure(member: Slice, score: number): void {
    if (this.entries === 0) {
      this.first.keep(member);
      this.shared = Math.min(member.length, packed.PREFIX_BYTES_MAX);
    }
    const most = Math.min(this.shared, member.length);
    this.shared = packed.sharedBytes(this.first.region, 0, member.region, member.at, most);
    this.memberBytes += packed.entryBytes(0, member.length);
    this.width = Math.max(this.width, packed.scoreBytes(score));
    this.entries++;
  }

  /** Makes a sorted set with room for what was measured, which is to be appended in order. @throws OutOfMemoryError */
  create(allocator: Allocator): number {
    const room = this.memberBytes + this.entries * (this.width - this.shared);
    return packed.createFor(allocator, this.width, this.first.region, 0, this.shared, room);
  }
}
