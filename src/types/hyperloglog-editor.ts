/**
 * A sketch taken out of its string to be changed: sparse ones grow and shrink with every register, so they are edited in
 * memory of the editor's own (a copy of some hundred bytes) and put back whole.
 */
import { zero } from '../base/bulk.ts';
import { move } from '../base/move.ts';
import { copy, Region } from '../base/region.ts';
import {
  DENSE,
  DENSE_BYTES,
  denseRaise,
  denseSet,
  eachRun,
  formOf,
  HEADER_BYTES,
  isLongZeros,
  REGISTERS,
  runBytes,
  runLength,
  runValue,
  SPARSE,
  SparsePlace,
  writeHeader,
} from './hyperloglog.ts';
import { typeLimits } from './limits.ts';

const ZEROS_MAX = 64;
const SPARSE_VALUE_MAX = 32;
const SPARSE_RUN_MAX = 4;
/** Runs looked at for neighbours that have become equal, from the one before the change. */
const MERGE_RUNS = 5;
/** A run becomes three, of five bytes at most. */
const SPLIT_BYTES_MAX = 5;

export const UNCHANGED = 0;
export const RAISED = 1;
export const DAMAGED = -1;

const split = new Uint8Array(SPLIT_BYTES_MAX);

export class SketchEditor {
  region = Region.allocate(DENSE_BYTES);
  length = 0;
  private spare = Region.allocate(DENSE_BYTES);
  private readonly place = new SparsePlace();
  /** Where to begin looking for a register that is not before the one raised last: a run before it. */
  private resumeAt = 0;
  private resumeIndex = 0;
  private lastIndex = 0;

  /** Takes a sketch, of which `isSketch` holds. */
  open(from: Region, at: number, length: number): void {
    const most = length + SPLIT_BYTES_MAX;
    if (this.region.length < most) this.region = Region.allocate(most * 2);
    copy(from, at, this.region, 0, length);
    this.length = length;
    this.forgetPlace();
  }

  /** Says where in a sparse sketch just taken register `index` is: the next that is raised is that one or a later one. */
  expect(index: number, place: SparsePlace): void {
    this.resumeAt = place.before;
    this.resumeIndex = place.beforeFirst;
    this.lastIndex = index;
  }

  /** Begins an empty one, sparse. */
  create(): void {
    writeHeader(this.region, 0, SPARSE);
    this.length = HEADER_BYTES + this.writeZeros(this.region.u8, HEADER_BYTES, REGISTERS);
    this.forgetPlace();
  }

  get isDense(): boolean {
    return formOf(this.region, 0) === DENSE;
  }

  /** Makes a sparse sketch dense. @returns false if it is damaged, then unchanged */
  toDense(): boolean {
    if (this.isDense) return true;
    const { spare } = this;
    zero(spare.u8, 0, spare.length);
    copy(this.region, 0, spare, 0, HEADER_BYTES);
    spare.u8[4] = DENSE;
    const sound = eachRun(this.region, 0, this.length, (index, run, value) => {
      if (value === 0) return;
      for (let i = index; i < index + run; i++) denseSet(spare, 0, i, value);
    });
    if (!sound) return false;
    this.spare = this.region.length >= DENSE_BYTES ? this.region : Region.allocate(DENSE_BYTES);
    this.region = spare;
    this.length = DENSE_BYTES;
    return true;
  }

  /** Raises a register. @returns UNCHANGED, RAISED or DAMAGED, and then nothing has changed */
  raise(index: number, rank: number): number {
    if (this.isDense) return denseRaise(this.region, 0, index, rank) ? RAISED : UNCHANGED;
    return rank > SPARSE_VALUE_MAX ? this.raiseAsDense(index, rank) : this.raiseSparse(index, rank);
  }

  private raiseAsDense(index: number, rank: number): number {
    if (!this.toDense()) return DAMAGED;
    denseRaise(this.region, 0, index, rank);
    return RAISED;
  }

  private raiseSparse(index: number, rank: number): number {
    const { place } = this;
    const { u8 } = this.region;
    const end = this.length;
    if (index < this.lastIndex) this.forgetPlace();
    place.seek(this.region, 0, end, index, this.resumeAt, this.resumeIndex);
    const { run: at, first } = place;
    if (at >= end) return DAMAGED;
    const run = runLength(u8, at, end);
    this.resumeAt = place.before;
    this.resumeIndex = place.beforeFirst;
    this.lastIndex = index;
    const value = runValue(u8[at]);
    if (value >= rank) return UNCHANGED;
    if (run === 1 && !isLongZeros(u8[at])) {
      u8[at] = valueRun(rank, 1);
    } else {
      const bytes = this.writeSplit(value, index - first, rank, first + run - 1 - index);
      const grows = bytes - runBytes(u8[at]);
      if (grows > 0 && end + grows > typeLimits.hllSparseMaxBytes) return this.raiseAsDense(index, rank);
      this.makeRoom(end + grows);
      move(this.region, at + bytes - grows, at + bytes, end - (at + bytes - grows));
      for (let i = 0; i < bytes; i++) this.region.u8[at + i] = split[i];
      this.length = end + grows;
    }
    this.joinEqualRuns(place.before);
    return RAISED;
  }

  /** Writes to `split` a run of `left` registers, one of `rank`, and a run of `right`. @returns bytes */
  private writeSplit(value: number, left: number, rank: number, right: number): number {
    let bytes = this.writeRun(0, value, left);
    split[bytes++] = valueRun(rank, 1);
    return bytes + this.writeRun(bytes, value, right);
  }

  private writeRun(at: number, value: number, run: number): number {
    if (run === 0) return 0;
    if (value === 0) return this.writeZeros(split, at, run);
    split[at] = valueRun(value, run);
    return 1;
  }

  private writeZeros(u8: Uint8Array, at: number, run: number): number {
    if (run <= ZEROS_MAX) {
      u8[at] = run - 1;
      return 1;
    }
    u8[at] = 0x40 | ((run - 1) >>> 8);
    u8[at + 1] = (run - 1) & 0xff;
    return 2;
  }

  /** Joins neighbours of the same value among a few runs from `at` on: the ones a change may have made equal. */
  private joinEqualRuns(from: number): void {
    const { u8 } = this.region;
    let at = from;
    for (let runs = 0; runs < MERGE_RUNS && at < this.length; runs++) {
      const head = u8[at];
      const next = u8[at + 1];
      if ((head & 0x80) !== 0 && at + 1 < this.length && (next & 0x80) !== 0 && runValue(head) === runValue(next)) {
        const together = (head & 3) + (next & 3) + 2;
        if (together <= SPARSE_RUN_MAX) {
          u8[at + 1] = valueRun(runValue(head), together);
          move(this.region, at + 1, at, this.length - at - 1);
          this.length--;
          continue;
        }
      }
      at += runBytes(head);
    }
  }

  private makeRoom(bytes: number): void {
    if (bytes <= this.region.length) return;
    const grown = Region.allocate(bytes * 2);
    copy(this.region, 0, grown, 0, this.length);
    this.region = grown;
  }

  private forgetPlace(): void {
    this.resumeAt = HEADER_BYTES;
    this.resumeIndex = 0;
    this.lastIndex = 0;
  }
}

const valueRun = (value: number, run: number): number => 0x80 | ((value - 1) << 2) | (run - 1);
