/** The order of finds by distance, as numbers of finds. */

/** Runs of so many are sorted by insertion. */
const RUN = 8;
/** Where fewer than one in so many are wanted, those are picked first and the rest is never sorted. */
const FEW = 4;

export class GeoOrder {
  private numbers = new Int32Array(0);
  private spare = new Int32Array(0);
  private keys = new Float64Array(0);
  private isSorted = false;

  /** What is found first is first. */
  clear(): void {
    this.isSorted = false;
  }

  /** The number of the find that comes at place `index`. */
  of(index: number): number {
    return this.isSorted ? this.numbers[index] : index;
  }

  /** @param wanted how many of the first places are asked for later */
  sort(distances: Float64Array, count: number, farthestFirst: boolean, wanted: number): void {
    if (this.numbers.length !== distances.length) this.resize(distances.length);
    const { keys, numbers } = this;
    for (let i = 0; i < count; i++) {
      keys[i] = farthestFirst ? -distances[i] : distances[i];
      numbers[i] = i;
    }
    const few = wanted * FEW < count;
    if (few) this.pick(count, wanted);
    const kept = few ? wanted : count;
    for (let from = 0; from < kept; from += RUN) this.insertionSort(from, Math.min(kept, from + RUN));
    for (let run = RUN; run < kept; run *= 2) this.mergeRuns(run, kept);
    this.isSorted = true;
  }

  private resize(size: number): void {
    this.numbers = new Int32Array(size);
    this.spare = new Int32Array(size);
    this.keys = new Float64Array(size);
  }

  /** Whether find `a` comes after `b`. */
  private isAfter(a: number, b: number): boolean {
    const { keys } = this;
    return keys[a] > keys[b] || (keys[a] === keys[b] && a > b);
  }

  /** Brings the first `wanted` to the front of `numbers`, as a heap whose root is the last of them. */
  private pick(count: number, wanted: number): void {
    const { numbers } = this;
    for (let i = (wanted >> 1) - 1; i >= 0; i--) this.sink(i, wanted);
    for (let i = wanted; i < count; i++) {
      if (!this.isAfter(numbers[0], i)) continue;
      numbers[0] = i;
      this.sink(0, wanted);
    }
  }

  private sink(from: number, count: number): void {
    const { numbers } = this;
    const moved = numbers[from];
    let at = from;
    for (let child = 2 * at + 1; child < count; child = 2 * at + 1) {
      if (child + 1 < count && this.isAfter(numbers[child + 1], numbers[child])) child++;
      if (!this.isAfter(numbers[child], moved)) break;
      numbers[at] = numbers[child];
      at = child;
    }
    numbers[at] = moved;
  }

  private insertionSort(from: number, to: number): void {
    const { numbers } = this;
    for (let i = from + 1; i < to; i++) {
      const moved = numbers[i];
      let at = i;
      for (; at > from && this.isAfter(numbers[at - 1], moved); at--) numbers[at] = numbers[at - 1];
      numbers[at] = moved;
    }
  }

  /** Makes of sorted runs sorted ones of twice the length. */
  private mergeRuns(run: number, count: number): void {
    const { numbers, spare } = this;
    for (let from = 0; from < count; from += 2 * run) {
      const middle = Math.min(count, from + run);
      const to = Math.min(count, from + 2 * run);
      let left = from;
      let right = middle;
      for (let at = from; at < to; at++) {
        const takesRight = left === middle || (right < to && this.isAfter(numbers[left], numbers[right]));
        spare[at] = takesRight ? numbers[right++] : numbers[left++];
      }
    }
    this.numbers = spare;
    this.spare = numbers;
  }
}
