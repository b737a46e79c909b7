import { describe, expect, it } from 'vitest';
import { drawCharts } from '../../../native-free-bench/compare/charts.ts';
import { type LoadRow, median } from '../../../native-free-bench/compare/load.ts';
import { parseCompareOptions } from '../../../native-free-bench/compare/options.ts';
import { type Comparison, countVerdicts, markdownReport } from '../../../native-free-bench/compare/report.ts';

function loadRow(pipeline: number, isRange: boolean, cpuRatio: number): LoadRow {
  const figures = (cpuUsPerRequest: number) => ({ requestsPerSecond: 1e5, p50Ms: 0.2, p99Ms: 0.4, cpuUsPerRequest });
  const title = isRange ? 'LRANGE_100' : 'GET';
  return { scenario: 'x', title, pipeline, isRange, redis: figures(10), mayfly: figures(10 * cpuRatio), cpuRatio };
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
    expect(countVerdicts(comparison)).toEqual({ met: 3, missed: 2 });
    expect(countVerdicts({ ...comparison, transport: 'net' })).toEqual({ met: 4, missed: 1 });
    expect(countVerdicts({ ...comparison, transport: 'unheard of' })).toEqual({ met: 1, missed: 1 });
  });

  it('tells every figure with its goal', () => {
    const page = markdownReport(comparison, ['io_uring-cpu.svg']);
    expect(page).toContain('| GET | 16 | 10.00 | 6.10 | 0.61 × | ≤ 0.60 × | **missed** |');
    expect(page).toContain('| SET | 1,000 | 120 | 60 | 0.50 × | ≤ 0.65 × | met |');
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
    expect(() => parseCompareOptions(['--parts', 'nothing'])).toThrow('no such part');
    expect(() => parseCompareOptions(['--rounds', '0'])).toThrow('--rounds');
    expect(() => parseCompareOptions(['--nope'])).toThrow();
  });
});
