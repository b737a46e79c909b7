/** What took longer than `latency-monitor-threshold`, by event: for LATENCY. */
const SAMPLES_MAX = 160;

export interface LatencySample {
  readonly seconds: number;
  readonly ms: number;
}

export interface LatencyEvent {
  readonly name: string;
  /** Oldest first; of one second only the worst. */
  readonly samples: LatencySample[];
  maxMs: number;
}

export class LatencyMonitor {
  private readonly byName = new Map<string, LatencyEvent>();

  get events(): LatencyEvent[] {
    return [...this.byName.values()];
  }

  get(name: string): LatencyEvent | undefined {
    return this.byName.get(name);
  }

  add(name: string, ms: number, seconds: number): void {
    let event = this.byName.get(name);
    if (event === undefined) {
      event = { name, samples: [], maxMs: 0 };
      this.byName.set(name, event);
    }
    event.maxMs = Math.max(event.maxMs, ms);
    const { samples } = event;
    const last = samples.at(-1);
    if (last?.seconds === seconds) {
      samples[samples.length - 1] = { seconds, ms: Math.max(ms, last.ms) };
      return;
    }
    samples.push({ seconds, ms });
    if (samples.length > SAMPLES_MAX) samples.shift();
  }

  /** Forgets some events, or all. @returns how many were known */
  reset(names: readonly string[]): number {
    if (names.length === 0) {
      const known = this.byName.size;
      this.byName.clear();
      return known;
    }
    return names.filter((name) => this.byName.delete(name)).length;
  }
}
