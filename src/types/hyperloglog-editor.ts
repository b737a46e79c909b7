/**
 * A sketch taken out of its string to be changed: sparse ones grow and shrink with every register, so they are edited in
 * memory of the editor's own (a copy of some hundred bytes) and put back whole.
 */
import { zero } from '../base/bulk.ts';
import { copy, Region } from '../base/region.ts';
import {
  DENSE,
  DENSE_BYTES,
  denseRaise,
  denseSet,
  eachRun,
  formOf,
  HEADER_BYTES,
  REGISTERS,
  runValue,
  SPARSE,
  SparsePlace,
  writeHeader,
} from './hyperloglog.ts';
import { SPARSE_VALUE_MAX, SPLIT_BYTES_MAX, SparseRaise, writeZeros } from './hyperloglog-sparse.ts';
import { typeLimits } from './limits.ts';

export const UNCHANGED = 0;
export const RAISED = 1;
export const DAMAGED = -1;

export class SketchEditor {
  region = Region.allocate(DENSE_BYTES);
  length = 0;
  private spare = Region.allocate(DENSE_BYTES);
  private readonly place = new SparsePlace();
  private readonly change = new SparseRaise();
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
    this.length = HEADER_BYTES + writeZeros(this.region.u8, HEADER_BYTES, REGISTERS);
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
    const { place, change, length } = this;
    if (index < this.lastIndex) this.forgetPlace();
    place.seek(this.region, 0, length, index, this.resumeAt, this.resumeIndex);
    if (place.run >= length) return DAMAGED;
    this.expect(index, place);
    if (runValue(this.region.u8[place.run]) >= rank) return UNCHANGED;
    change.plan(this.region, 0, length, place, index, rank);
    if (!staysSparse(length, change.grows)) return this.raiseAsDense(index, rank);
    this.makeRoom(length + change.grows);
    this.length = change.make(this.region, 0, length, place);
    return RAISED;
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

/** Whether a sparse sketch may grow by so many bytes: one that is longer already may not, but may change. */
export const staysSparse = (length: number, grows: number): boolean =>
  grows <= 0 || length + grows <= typeLimits.hllSparseMaxBytes;
