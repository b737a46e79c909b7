/** The tables of a page of results, each of one kind of rows. */
import type { Taken } from './circumstances.ts';
import {
  judgeFigure,
  judgeLatency,
  judgeLoad,
  judgeMemory,
  judgeRate,
  judgeThreads,
  judgeUsage,
  MEMORY_RATIO_MAX,
  times,
  USAGE_RATIO_MAX,
  type Verdict,
  verdictsOf,
} from './goals.ts';
import type { Results } from './results.ts';
import type { TextTable } from './text-table.ts';

const bytes = (count: number): string => Math.round(count).toLocaleString('en');
const kilo = (rate: number): string =>
  rate < 10_000 ? String(Number((rate / 1000).toPrecision(2))) : (rate / 1000).toFixed(0);
const verdictCells = (verdict: Verdict | undefined): string[] =>
  verdict === undefined ? ['', ''] : [verdict.goal, verdict.isMet ? 'met' : '**missed**'];
export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;
const stealCell = ({ taken }: { readonly taken: Taken }): string =>
  taken.stealShare === null ? '' : percent(taken.stealShare);
/** In bold where the goal can't be met. */
function payloadCell(payload: number | undefined, redis: number, most: number): string {
  if (payload === undefined) return '';
  const ratio = times(payload / redis);
  return payload / redis > most ? `**${ratio}**` : ratio;
}

/** One line a goal: how many rows have it, the best and the worst of them. */
export function summaryTable(results: Results): TextTable {
  const groups = new Map<string, Verdict[]>();
  for (const verdict of verdictsOf(results)) {
    const name = `${verdict.what} ${verdict.goal}`;
    groups.set(name, [...(groups.get(name) ?? []), verdict]);
  }
  return {
    head: ['what', 'goal', 'measured', 'goal met'],
    rows: [...groups.values()].map((verdicts) => {
      const figures = verdicts.map(({ figure }) => figure).sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b));
      const [least, most] = [figures[0], figures[figures.length - 1]];
      const met = verdicts.filter(({ isMet }) => isMet).length;
      const verdict = met === verdicts.length ? 'met' : '**missed**';
      return [
        verdicts[0].what,
        verdicts[0].goal,
        verdicts.length === 1 ? least : `${least.replace(/ .*/, '')} to ${most}`,
        verdicts.length === 1 ? verdict : `${met} of ${verdicts.length}`,
      ];
    }),
  };
}

export function loadTable({ load, transport }: Results): TextTable {
  return {
    head: [
      ...['test', '-P', 'CPU µs/request redis', 'Mayfly', 'ratio', 'goal', ''],
      ...['k/s redis', 'Mayfly', 'p50 ms redis', 'Mayfly', 'p99 ms redis', 'Mayfly', 'steal'],
    ],
    rows: load.map((row) => [
      row.title,
      String(row.pipeline),
      row.redis.cpuUsPerRequest.toFixed(2),
      row.mayfly.cpuUsPerRequest.toFixed(2),
      times(row.cpuRatio),
      ...verdictCells(judgeLoad(row, transport)),
      kilo(row.redis.requestsPerSecond),
      kilo(row.mayfly.requestsPerSecond),
      row.redis.p50Ms.toFixed(2),
      row.mayfly.p50Ms.toFixed(2),
      row.redis.p99Ms.toFixed(2),
      row.mayfly.p99Ms.toFixed(2),
      stealCell(row),
    ]),
  };
}

/** CPU alone, a line a test. */
export function cpuTable({ load }: Results): TextTable {
  const cells = (scenario: string, pipelined: boolean): string[] => {
    const row = load.find((each) => each.scenario === scenario && each.pipeline > 1 === pipelined);
    if (row === undefined) return ['', '', ''];
    return [row.redis.cpuUsPerRequest.toFixed(2), row.mayfly.cpuUsPerRequest.toFixed(2), times(row.cpuRatio)];
  };
  const titles = new Map(load.map(({ scenario, title }) => [scenario, title]));
  return {
    head: ['test', 'redis-server µs', 'Mayfly µs', '', '`-P 16`: redis-server µs', 'Mayfly µs', ''],
    rows: [...titles].map(([scenario, title]) => [title, ...cells(scenario, false), ...cells(scenario, true)]),
  };
}

/** Requests a second with a pipeline; goals that the CPU alone doesn't tell of. */
export function rateTable({ load, transport }: Results): TextTable {
  return {
    head: ['test', '-P', 'k/s redis', 'Mayfly', 'ratio', 'goal', '', 'steal'],
    rows: load.flatMap((row) => {
      const verdict = judgeRate(row, transport);
      const { title, pipeline, redis, mayfly, rateRatio } = row;
      const rates = [redis, mayfly].map(({ requestsPerSecond }) => kilo(requestsPerSecond));
      return verdict === undefined
        ? []
        : [[title, String(pipeline), ...rates, times(rateRatio), ...verdictCells(verdict), stealCell(row)]];
    }),
  };
}

/** The slowest hundredth of requests, without a pipeline. */
export function latencyTable({ load, transport }: Results): TextTable {
  return {
    head: ['test', 'p99 ms redis', 'Mayfly', 'ratio', 'goal', '', 'steal'],
    rows: load.flatMap((row) => {
      const verdict = judgeLatency(row, transport);
      const { title, redis, mayfly, p99Ratio } = row;
      const latencies = [redis, mayfly].map(({ p99Ms }) => p99Ms.toFixed(2));
      return verdict === undefined
        ? []
        : [[title, ...latencies, times(p99Ratio), ...verdictCells(verdict), stealCell(row)]];
    }),
  };
}

export function threadsTable({ threads }: Results): TextTable {
  return {
    head: [
      ...['test', '-P', 'CPU µs/request one thread', 'two', 'ratio', 'goal', ''],
      ...['k/s one thread', 'two', 'p99 ms one thread', 'two', 'steal'],
    ],
    rows: threads.map((row) => [
      row.title,
      String(row.pipeline),
      row.one.cpuUsPerRequest.toFixed(2),
      row.two.cpuUsPerRequest.toFixed(2),
      times(row.cpuRatio),
      ...verdictCells(judgeThreads(row)),
      kilo(row.one.requestsPerSecond),
      kilo(row.two.requestsPerSecond),
      row.one.p99Ms.toFixed(2),
      row.two.p99Ms.toFixed(2),
      stealCell(row),
    ]),
  };
}

export function usageTable({ usage }: Results): TextTable {
  return {
    head: ['value', 'keys', 'bytes redis', 'Mayfly', 'ratio', 'goal', '', 'payload alone'],
    rows: usage.map((row) => [
      row.title,
      row.keys.toLocaleString('en'),
      bytes(row.redisBytesPerKey),
      bytes(row.mayflyBytesPerKey),
      times(row.ratio),
      ...verdictCells(judgeUsage(row)),
      payloadCell(row.payloadBytesPerKey, row.redisBytesPerKey, USAGE_RATIO_MAX),
    ]),
  };
}

export function memoryTable({ memory }: Results): TextTable {
  return {
    head: [
      ...['keys', 'count', 'used bytes/key redis', 'Mayfly', 'ratio', 'goal', '', 'payload alone'],
      ...['resident bytes/key redis', 'Mayfly', 'ratio'],
    ],
    rows: memory.map((row) => [
      row.title,
      row.keys.toLocaleString('en'),
      bytes(row.redis.usedBytesPerKey),
      bytes(row.mayfly.usedBytesPerKey),
      times(row.usedRatio),
      ...verdictCells(judgeMemory(row)),
      payloadCell(row.payloadBytesPerKey, row.redis.usedBytesPerKey, MEMORY_RATIO_MAX),
      bytes(row.redis.residentBytesPerKey),
      bytes(row.mayfly.residentBytesPerKey),
      times(row.residentRatio),
    ]),
  };
}

export function figureTable({ figures }: Results): TextTable {
  return {
    head: ['what', 'unit', 'redis', 'Mayfly', 'ratio', 'goal', '', 'steal'],
    rows: figures.map((row) => [
      row.title,
      row.unit,
      row.redis.toFixed(2),
      row.mayfly.toFixed(2),
      times(row.ratio),
      ...verdictCells(judgeFigure(row)),
      stealCell(row),
    ]),
  };
}
