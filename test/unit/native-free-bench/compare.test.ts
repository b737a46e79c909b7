import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawCharts } from '../../../native-free-bench/compare/charts.ts';
import { coreTimeIn, type Measured, type Run, type Taken } from '../../../native-free-bench/compare/circumstances.ts';
import { PAGES, withExcerpts } from '../../../native-free-bench/compare/excerpts.ts';
import { verdictsOf } from '../../../native-free-bench/compare/goals.ts';
import type { LoadRow } from '../../../native-free-bench/compare/load.ts';
import { median } from '../../../native-free-bench/compare/median.ts';
import { parseCompareOptions } from '../../../native-free-bench/compare/options.ts';
import { payloadOf } from '../../../native-free-bench/compare/payload.ts';
import { Progress } from '../../../native-free-bench/compare/progress.ts';
import { caption, markdownReport } from '../../../native-free-bench/compare/report.ts';
import { emptyResults, keptResults, type Results, withRows } from '../../../native-free-bench/compare/results.ts';
import { SCENARIOS } from '../../../native-free-bench/compare/scenarios.ts';
import { loadTasks, otherTasks } from '../../../native-free-bench/compare/tasks.ts';
import { TYPE_DATASETS } from '../../../native-free-bench/compare/type-memory.ts';
import { TYPE_SCENARIOS } from '../../../native-free-bench/compare/type-scenarios.ts';

const aRun: Run = {
  startedAt: '2026-01-01T10:20:30Z',
  commit: 'abc1234',
  machine: 'a machine',
  node: '20.0.0',
  redis: '7.0.15',
  mayflyFlags: '',
  rounds: 5,
  isPinned: true,
  isQuick: false,
};
const taken: Taken = { run: aRun.startedAt, loadAverage: 0.12, stealShare: 0.03 };

function loadRow(scenario: string, pipeline: number, cpuRatio: number): Measured<LoadRow> {
  const figures = (cpuUsPerRequest: number) => ({ requestsPerSecond: 1e5, p50Ms: 0.2, p99Ms: 0.4, cpuUsPerRequest });
  const isRange = scenario.startsWith('lrange');
  const [redis, mayfly] = [figures(10), figures(10 * cpuRatio)];
  const ratios = { cpuRatio, rateRatio: 1.2, p99Ratio: 1 };
  return { scenario, title: scenario.toUpperCase(), pipeline, isRange, redis, mayfly, ...ratios, taken };
}

const results: Results = {
  ...emptyResults('list', 'io_uring'),
  runs: [aRun],
  load: [loadRow('get', 1, 0.9), loadRow('get', 16, 0.61), loadRow('lrange_100', 16, 0.79)],
  threads: [],
  memory: [
    {
      dataset: 'strings',
      title: 'SET',
      keys: 1000,
      payloadBytesPerKey: 32,
      redis: { usedBytesPerKey: 120, residentBytesPerKey: 125 },
      mayfly: { usedBytesPerKey: 60, residentBytesPerKey: 70 },
      usedRatio: 0.5,
      residentRatio: 0.56,
      taken,
    },
  ],
  usage: [
    {
      dataset: 'list-small',
      title: 'list of 10',
      keys: 9,
      redisBytesPerKey: 200,
      mayflyBytesPerKey: 150,
      ratio: 0.75,
      payloadBytesPerKey: 142,
      taken,
    },
  ],
  figures: [
    { name: 'first_pong', title: 'first PONG', unit: 'ms', redis: 15, mayfly: 251, ratio: 16.7, taken },
    { name: 'idle_cpu', title: 'idle', unit: 'ms/s', redis: 1, mayfly: 2, ratio: 2, taken },
  ],
};

function count(of: Results): { met: number; missed: number } {
  const verdicts = verdictsOf(of);
  const met = verdicts.filter(({ isMet }) => isMet).length;
  return { met, missed: verdicts.length - met };
}

describe('the comparison', () => {
  it('takes medians', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });

  it('judges figures by the goals of the transport, and only those that have one', () => {
    // CPU of three rows, latency of one, rate of two (GET's goal is 1.3 ×), memory of keys and of values, first PONG, idle.
    expect(count(results)).toEqual({ met: 6, missed: 4 });
    expect(count({ ...results, transport: 'epoll' })).toEqual({ met: 4, missed: 3 });
    expect(count({ ...results, transport: 'net' })).toEqual({ met: 5, missed: 2 });
    expect(count({ ...results, transport: 'unheard of' })).toEqual({ met: 2, missed: 2 });
  });

  it('judges what has a goal of its own by that', () => {
    const own = { ...results, load: [{ ...loadRow('get', 16, 0.95), cpuRatioMax: 1 }] };
    expect(count({ ...own, transport: 'net' })).toEqual(count(own));
    expect(markdownReport(own, [])).toContain('| 0.95 × | ≤ 1.00 × | met |');
  });

  it('judges two I/O threads beside one', () => {
    const [{ redis: one, mayfly: two }] = results.load;
    const row = {
      scenario: 'set',
      title: 'SET',
      pipeline: 1,
      one,
      two,
      cpuRatio: 1.3,
      rateRatio: 1,
      p99Ratio: 1,
      taken,
    };
    const page = markdownReport({ ...results, threads: [row] }, []);
    expect(page).toContain(
      '| SET | 1 | 10.00 | 9.00 | 1.30 × | ≤ 1.20 × | **missed** | 100 | 100 | 0.40 | 0.40 | 3.0 % |',
    );
  });

  it('tells every figure with its goal, and what its payload alone takes', () => {
    const page = markdownReport(results, ['io_uring-cpu.svg']);
    expect(page).toContain('| GET | 16 | 10.00 | 6.10 | 0.61 × | ≤ 0.60 × | **missed** |');
    expect(page).toContain('| SET | 1,000 | 120 | 60 | 0.50 × | ≤ 0.65 × | met | 0.27 × |');
    expect(page).toContain('| GET | 16 | 100 | 100 | 1.20 × | ≥ 1.30 × | **missed** | 3.0 % |');
    expect(page).toContain('| GET | 0.40 | 0.40 | 1.00 × | ≤ 1.00 × | met | 3.0 % |');
    expect(page).toContain('| list of 10 | 9 | 200 | 150 | 0.75 × | ≤ 0.70 × | **missed** | **0.71 ×** |');
    expect(page).toContain('| idle | ms/s | 1.00 | 2.00 | 2.00 × | ≤ 10 ms/s | met | 3.0 % |');
    expect(page).toContain('](io_uring-cpu.svg)');
  });

  it('sums up how many rows meet each goal', () => {
    const page = markdownReport({ ...results, load: [...results.load, loadRow('set', 1, 1.25)] }, []);
    expect(page).toContain('| server CPU per request, no pipeline | ≤ 0.90 × | 0.90 to 1.25 × | 1 of 2 |');
    expect(page).toContain('| first PONG | ≤ 250 ms | 251 ms | **missed** |');
  });

  it('counts the bytes that have to be kept', () => {
    expect(payloadOf(3, (index) => ['ab', String(index)])).toBe(16 + 9);
  });

  it('draws charts without a browser', async () => {
    const charts = await drawCharts('page', { ...results, usage: [] });
    expect([...charts.keys()]).toEqual(['page-cpu.svg', 'page-latency.svg', 'page-memory.svg']);
    for (const svg of charts.values()) expect(svg).toMatch(/^<svg .*LRANGE_100|^<svg .*SET/s);
  });

  it('refuses options it does not know', () => {
    expect(() => parseCompareOptions(['--types', '--parts', 'pauses'])).toThrow('no such part');
    expect(() => parseCompareOptions(['--parts', 'nothing'])).toThrow('no such part');
    expect(() => parseCompareOptions(['--rounds', '0'])).toThrow('--rounds');
    expect(() => parseCompareOptions(['--all', '--types'])).toThrow('--all');
    expect(() => parseCompareOptions(['--nope'])).toThrow();
  });

  it('plans what the options ask for', () => {
    const plansOf = (...args: string[]) => {
      const options = parseCompareOptions(args);
      return options === 'help' || 'redraw' in options ? [] : options.plans;
    };
    const quick = parseCompareOptions(['--quick', '--only', 'SET,get']);
    expect(quick).toMatchObject({ rounds: 1, only: ['set', 'get'], isKept: false });
    expect(parseCompareOptions(['--quick', '--name', 'try'])).toMatchObject({ isKept: true });
    expect(plansOf('--types')).toMatchObject([{ table: 'types', name: 'types', parts: ['load', 'memory'] }]);
    expect(plansOf('--transport', 'net')[0].parts).not.toContain('threads');
    expect(plansOf('--all').map(({ name }) => name)).toEqual(['io_uring', 'epoll', 'net', 'types']);
    expect(plansOf('--all', '--parts', 'memory').map(({ name, parts }) => [name, ...parts])).toEqual([
      ['io_uring', 'memory'],
      ['types', 'memory'],
    ]);
  });

  it('takes whatever is to be measured apart into tasks', () => {
    const options = parseCompareOptions(['--all', '--rounds', '3']);
    if (options === 'help' || 'redraw' in options) throw new Error('no plans');
    const servers = () => {
      throw new Error('none');
    };
    const tasks = options.plans.flatMap((plan) => [...otherTasks(plan, options), ...loadTasks(plan, options, servers)]);
    const seconds = tasks.reduce((sum, task) => sum + task.seconds, 0);
    // What README and docs say of its length.
    expect(seconds / 60).toBeLessThan(35);
    expect(seconds / 60).toBeGreaterThan(15);
  });
});

describe('kept results', () => {
  const later: Run = { ...aRun, startedAt: '2026-02-02T11:00:00Z', commit: 'def5678', rounds: 3 };
  const laterTaken: Taken = { run: later.startedAt, loadAverage: 1.5, stealShare: null };

  it('are replaced row by row, in the order of the table', () => {
    const { taken: _, ...get } = loadRow('get', 1, 0.5);
    const { taken: __, ...ping } = loadRow('ping_mbulk', 16, 0.7);
    const merged = withRows(results, later, 'load', [get, ping], laterTaken);
    expect(merged.load.map((row) => [row.scenario, row.pipeline, row.cpuRatio, row.taken.run])).toEqual([
      ['ping_mbulk', 16, 0.7, later.startedAt],
      ['get', 1, 0.5, later.startedAt],
      ['get', 16, 0.61, aRun.startedAt],
      ['lrange_100', 16, 0.79, aRun.startedAt],
    ]);
    expect(merged.runs).toEqual([aRun, later]);
    expect(merged.memory).toBe(results.memory);
  });

  it('forget a run of which no row is left, and rows that are no longer measured', () => {
    const before: Results = {
      ...emptyResults('list', 'io_uring'),
      runs: [aRun],
      load: [loadRow('get', 1, 0.9), loadRow('forgotten', 1, 0.9)],
    };
    const { taken: _, ...get } = loadRow('get', 1, 0.5);
    const merged = withRows(before, later, 'load', [get], laterTaken);
    expect(merged.load.map(({ scenario }) => scenario)).toEqual(['get']);
    expect(merged.runs).toEqual([later]);
  });

  it('tell when they were taken, each row of its own run', () => {
    expect(caption(results.load, results.runs, true)).toBe(
      'Measured on 2026-01-01 from 10:20 UTC at commit abc1234, 5 rounds in turn, medians, load average 0.1, steal 3.0 % (at most 3.0 %).',
    );
    const two = [...results.load, { ...loadRow('set', 1, 1), taken: laterTaken }];
    expect(caption(two, [aRun, later], false).split('\n')).toEqual([
      '- Most: measured on 2026-01-01 from 10:20 UTC at commit abc1234, load average 0.1, steal 3.0 % (at most 3.0 %).',
      '- SET: measured on 2026-02-02 from 11:00 UTC at commit def5678, load average 1.5.',
    ]);
  });

  it('know what the host took', () => {
    expect(coreTimeIn('cpu  10 20 30 40 50 60 70 80 5 5\ncpu0 1 2 3\n')).toEqual({ all: 360, stolen: 80 });
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

describe('excerpts of results in other pages', () => {
  it('are those of their results, a line a test', () => {
    const page = withExcerpts(
      'a\n<!-- results of x: cpu -->\nold\n<!-- end of results -->\n<!-- results of y: goals -->\nkept\n<!-- end of results -->\n',
      'x',
      results,
    );
    expect(page).toContain('| GET | 10.00 | 9.00 | 0.90 × | 10.00 | 6.10 | 0.61 × |');
    expect(page).toContain('| LRANGE_100 |  |  |  | 10.00 | 7.90 | 0.79 × |');
    expect(page).toContain('Measured on 2026-01-01');
    expect(page).not.toContain('old');
    expect(page).toContain('kept');
    expect(withExcerpts(page, 'x', results)).toBe(page);
  });

  it('that there aren’t are refused', () => {
    const page = '<!-- results of x: colours -->\n<!-- end of results -->';
    expect(() => withExcerpts(page, 'x', results)).toThrow('no such excerpt of results: colours');
  });

  it.each(PAGES)('%s is in step (npm run bench:compare -- --redraw io_uring,epoll,net,types)', (page) => {
    const text = readFileSync(page, 'utf8');
    const names = new Set([...text.matchAll(/<!-- results of (\S+): /g)].map(([, name]) => name));
    for (const name of names) expect(withExcerpts(text, name, keptResults(name))).toBe(text);
  });
});
