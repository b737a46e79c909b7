/** How one register of a sparse sketch is raised where the sketch lies: its run becomes up to three. */
import { move } from '../base/move.ts';
import type { Region } from '../base/region.ts';
import { runBytes, runLength, runValue, type SparsePlace } from './hyperloglog.ts';

/** Higher values only dense sketches have. */
export const SPARSE_VALUE_MAX = 32;
const ZEROS_MAX = 64;
const SPARSE_RUN_MAX = 4;
/** Runs looked at for neighbours that have become equal, from the one before the change. */
const MERGE_RUNS = 5;
/** A run becomes three, of five bytes at most. */
export const SPLIT_BYTES_MAX = 5;

/** To be planned and made again and again. */
export class SparseRaise {
  /** By how many bytes the sketch gets longer. What of them joining neighbours saves shows only when the change is made. */
  grows = 0;
  private readonly split = new Uint8Array(SPLIT_BYTES_MAX);
  private bytes = 0;

  /** @param at of the sketch  @param place where register `index` was found  @param rank up to SPARSE_VALUE_MAX */
  plan({ u8 }: Region, at: number, length: number, place: SparsePlace, index: number, rank: number): void {
    const { split } = this;
    const run = at + place.run;
    const value = runValue(u8[run]);
    const left = index - place.first;
    const right = runLength(u8, run, at + length) - 1 - left;
    let bytes = writeRun(split, 0, value, left);
    split[bytes++] = valueRun(rank, 1);
    bytes += writeRun(split, bytes, value, right);
    this.bytes = bytes;
    this.grows = bytes - runBytes(u8[run]);
  }

  /** Makes the planned change. There must be room behind the sketch to grow. @returns the sketch's length now */
  make(region: Region, at: number, length: number, place: SparsePlace): number {
    const { split, bytes, grows } = this;
    const run = at + place.run;
    const behind = run + bytes - grows;
    move(region, behind, behind + grows, at + length - behind);
    for (let i = 0; i < bytes; i++) region.u8[run + i] = split[i];
    return joinEqualRuns(region, at + place.before, at + length + grows) - at;
  }
}

/** Writes a run of registers that may be none. @returns bytes */
function writeRun(u8: Uint8Array, at: number, value: number, registers: number): number {
  if (registers === 0) return 0;
  if (value === 0) return writeZeros(u8, at, registers);
  u8[at] = valueRun(value, registers);
  return 1;
}

/** Writes a run of so many zeros. @returns bytes */
export function writeZeros(u8: Uint8Array, at: number, registers: number): number {
  if (registers <= ZEROS_MAX) {
    u8[at] = registers - 1;
    return 1;
  }
  u8[at] = 0x40 | ((registers - 1) >>> 8);
  u8[at + 1] = (registers - 1) & 0xff;
  return 2;
}

const valueRun = (value: number, registers: number): number => 0x80 | ((value - 1) << 2) | (registers - 1);

/** Joins neighbours of the same value among a few runs from `at` on: the ones a change may have made equal. @returns the end */
function joinEqualRuns(region: Region, from: number, until: number): number {
  const { u8 } = region;
  let at = from;
  let end = until;
  for (let runs = 0; runs < MERGE_RUNS && at + 1 < end; runs++) {
    const head = u8[at];
    const next = u8[at + 1];
    if ((head & next & 0x80) !== 0 && runValue(head) === runValue(next)) {
      const together = (head & 3) + (next & 3) + 2;
      if (together <= SPARSE_RUN_MAX) {
        u8[at + 1] = valueRun(runValue(head), together);
        move(region, at + 1, at, end - at - 1);
        end--;
        continue;
      }
    }
    at += runBytes(head);
  }
  return end;
}
