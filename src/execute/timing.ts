/** From which duration on commands are told of, as configured: for the slow log and the latency monitor. */
import type { ConfigView } from '../config/config-view.ts';
import type { CommandStats } from '../observe/command-stats.ts';
import type { Executor } from './executor.ts';

/** Whoever looks for commands faster than this wants each one timed, not one in so many and the long ones. */
const TIMES_ALL_BELOW_US = 5_000;

export function applyTiming(config: ConfigView, executor: Executor, stats: CommandStats): void {
  const apply = (): void => {
    const slowLogUs = Number(config.value('slowlog-log-slower-than'));
    const latencyMs = Number(config.value('latency-monitor-threshold'));
    const slowerThanUs = Math.min(
      slowLogUs < 0 ? Number.POSITIVE_INFINITY : slowLogUs,
      latencyMs === 0 ? Number.POSITIVE_INFINITY : latencyMs * 1000,
    );
    executor.slowerThanUs = slowerThanUs;
    executor.timesAll = slowerThanUs < TIMES_ALL_BELOW_US;
    stats.tracksDurations = config.value('latency-tracking');
  };
  apply();
  config.onChange(['slowlog-log-slower-than', 'latency-monitor-threshold', 'latency-tracking'], apply);
}
