import { Bench, type BenchOptions } from 'tinybench';

/**
 * A suite with this project's settings: long enough for V8 to have compiled what is measured, short enough that all
 * suites run in a minute or two.
 */
export function suite(name: string, options: BenchOptions = {}): Bench {
  return new Bench({ name, time: 400, warmupTime: 150, ...options });
}
