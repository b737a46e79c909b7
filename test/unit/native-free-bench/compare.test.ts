import { describe, expect, it } from 'vitest';
import { drawCharts } from '../../../native-free-bench/compare/charts.ts';
import { type LoadRow, median } from '../../../native-free-bench/compare/load.ts';
import { parseCompareOptions } from '../../../native-free-bench/compare/options.ts';
import { Progress } from '../../../native-free-bench/compare/progress.ts';
import { type Comparison, countVerdicts, markdownReport } from '../../../native-free-bench/compare/report.ts';
import { SCENARIOS } from '../../../native-free-bench/compare/scenarios.ts';
import { TYPE_DATASETS } from '../../../native-free-bench/compare/type-memory.ts';
import { TYPE_SCENARIOS } from '../../../native-free-bench/compare/type-scenarios.ts';

function loadRow(pipeline: number, isRange: boolean, cpuRatio: number): LoadRow {
  const figures = (cpuUsPerRequest: number) => ({ requestsPerSecond: 1e5, p50Ms: 0.2, p99Ms: 0.4, cpuUsPerRequest });
  const title = isRange ? 'LRANGE_100' : 'GET';
  const [redis, mayfly] = [figures(10), figures(10 * cpuRatio)];
  return { scenario: 'get', title, pipeline, isRange, redis, mayfly, cpuRatio, rateRatio: 1.2, p99Ratio: 1 };
}

const comparison: Comparison = {
  measuredAt: '2026-01-01',
  machine: 'a machine',
  loadAverage: 0.1,
  node: '20.0.0',
  redis: '7.0.15',
  transport: 'io_uring',
  mayflyFlags: '',
  rounds: 5,
  isPinned: true,
  isQuick: false,
  load: [loadRow(1, false, 0.9), loadRow(16, false, 0.61), loadRow(16, true, 0.79)],
  memory: [
    {
      dataset: 'strings',
      title: 'SET',
      keys: 1000,
      redis: { usedBytesPerKey: 120, residentBytesPerKey: 125 },
      mayfly: { usedBytesPerKey: 60, residentBytesPerKey: 70 },
      usedRatio: 0.5,
      residentRatio: 0.56,
    },
  ],
  usage: [
    { dataset: 'list-small', title: 'list of 10', keys: 9, redisBytesPerKey: 200, mayflyBytesPerKey: 150, ratio: 0.75 },
  ],
  figures: [
    { name: 'first_pong', title: 'first PONG', unit: 'ms', redis: 15, mayfly: 251, ratio: 16.7 },
    { name: 'idle_cpu', title: 'idle', unit: 'ms/s', redis: 1, mayfly: 2, ratio: 2 },
  ],
};

describe('the comparison', () => {
  it('takes medians', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });

  it('judges figures by the goals of the transport, and only those that have one', () => {
    // CPU of three rows, latency of one, rate of two (GET's goal is 1.3 ×), memory of keys and of values, first PONG.
    expect(countVerdicts(comparison)).toEqual({ met: 4, missed: 5 });
    expect(countVerdicts({ ...comparison, transport: 'net' })).toEqual({ met: 4, missed: 2 });
    expect(countVerdicts({ ...comparison, transport: 'unheard of' })).toEqual({ met: 1, missed: 2 });
  });

  it('judges what has a goal of its own by that', () => {
    const own = { ...comparison, load: [{ ...loadRow(16, false, 0.95), cpuRatioMax: 1 }] };
    expect(countVerdicts({ ...own, transport: 'net' })).toEqual(countVerdicts(own));
    expect(markdownReport(own, [])).toContain('| 0.95 × | ≤ 1.00 × | met |');
  });

  it('tells every figure with its goal', () => {
    const page = markdownReport(comparison, ['io_uring-cpu.svg']);
    expect(page).toContain('| GET | 16 | 10.00 | 6.10 | 0.61 × | ≤ 0.60 × | **missed** |');
    expect(page).toContain('| SET | 1,000 | 120 | 60 | 0.50 × | ≤ 0.65 × | met |');
    expect(page).toContain('| GET | 16 | 100 | 100 | 1.20 × | ≥ 1.30 × | **missed** |');
    expect(page).toContain('| GET | 0.40 | 0.40 | 1.00 × | ≤ 1.00 × | met |');
    expect(page).toContain('| list of 10 | 9 | 200 | 150 | 0.75 × | ≤ 0.70 × | **missed** |');
    expect(page).toContain('| idle | ms/s | 1.00 | 2.00 | 2.00 × |  |  |');
    expect(page).toContain('](io_uring-cpu.svg)');
  });

  it('draws charts without a browser', async () => {
    const charts = await drawCharts(comparison);
    expect([...charts.keys()]).toEqual(['cpu', 'latency', 'memory']);
    for (const svg of charts.values()) expect(svg).toMatch(/^<svg .*LRANGE_100|^<svg .*SET/s);
  });

  it('refuses options it does not know', () => {
    expect(parseCompareOptions(['--quick', '--only', 'SET,get'])).toMatchObject({ rounds: 1, only: ['set', 'get'] });
    expect(parseCompareOptions(['--types'])).toMatchObject({
      table: 'types',
      name: 'types',
      parts: ['load', 'memory'],
    });
    expect(() => parseCompareOptions(['--types', '--parts', 'pauses'])).toThrow('no such part');
    expect(() => parseCompareOptions(['--parts', 'nothing'])).toThrow('no such part');
    expect(() => parseCompareOptions(['--rounds', '0'])).toThrow('--rounds');
    expect(() => parseCompareOptions(['--nope'])).toThrow();
  });
});

describe('the types’ table', () => {
  it('names each row once', () => {
    const names = [...SCENARIOS, ...TYPE_SCENARIOS].map(({ name }) => name);
    expect(names.length).toBe(new Set(names).size);
    const datasets = TYPE_DATASETS.map(({ name }) => name);
    expect(datasets.length).toBe(new Set(datasets).size);
  });
});

describe('progress', () => {
  it('tells what is left by how long the rest took', () => {
    const said: string[] = [];
    const progress = new Progress((line) => said.push(line));
    progress.expect(1, 30);
    progress.expect(2, 300);
    expect(progress.remaining()).toBe('about 11 min');
    progress.finished('first', 'measured', 30);
    progress.finished('second', 'FAILED', 300);
    progress.finished('third', 'measured', 300);
    expect(said).toEqual([
      expect.stringMatching(/^first: measured {3}\(2 to go, about \d+ s\)$/),
      expect.stringMatching(/^second: FAILED {3}\(1 to go, about \d+ s\)$/),
      'third: measured',
    ]);
  });
});
