import { parse, View, Warn } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { cpuRatioMax, MEMORY_RATIO_MAX, times, USAGE_RATIO_MAX } from './goals.ts';
import type { Results } from './results.ts';

const REDIS = 'redis-server';
const MAYFLY = 'Mayfly';
const REDIS_COLOUR = '#b8b2a7';
const MAYFLY_COLOUR = '#0f766e';
const MISSED_COLOUR = '#7dbfb8';
const COLOURS = { domain: [REDIS, MAYFLY], range: [REDIS_COLOUR, MAYFLY_COLOUR] };
const VERDICTS = { domain: ['goal met', 'goal missed', 'no goal'], range: [MAYFLY_COLOUR, MISSED_COLOUR, '#94a3b8'] };

/** What stands for each colour where the reader likes it dark. */
const IN_THE_DARK: Record<string, string> = {
  '#ffffff': '#0d1117',
  '#000': '#e6edf3',
  '#111111': '#f0f6fc',
  '#333333': '#c9d1d9',
  '#555555': '#9da7b3',
  '#eeeeee': '#21262d',
  [MAYFLY_COLOUR]: '#2dd4bf',
  [MISSED_COLOUR]: '#1d7f74',
  [REDIS_COLOUR]: '#6e7681',
};

const COMMON: Pick<TopLevelSpec, '$schema' | 'background' | 'padding' | 'config'> = {
  background: '#ffffff',
  padding: 12,
  config: {
    font: 'system-ui, -apple-system, Segoe UI, sans-serif',
    axis: {
      labelFontSize: 11,
      labelLimit: 0,
      titleFontSize: 12,
      titleFontWeight: 'normal',
      domain: false,
      ticks: false,
      gridColor: '#eeeeee',
    },
    header: { labelFontSize: 13, labelFontWeight: 'bold', title: null },
    legend: { title: null, orient: 'top', labelFontSize: 12 },
    view: { stroke: null },
    title: { fontSize: 15, anchor: 'start', offset: 14, subtitleFontSize: 12, subtitleColor: '#555555' },
  },
};

/** What is drawn of results that have rows for it. */
const CHARTS: readonly {
  name: string;
  hasRows: (results: Results) => boolean;
  spec: (results: Results) => TopLevelSpec;
}[] = [
  { name: 'cpu', hasRows: ({ load }) => load.length > 0, spec: cpuChart },
  { name: 'latency', hasRows: ({ table, load }) => table === 'list' && load.length > 0, spec: latencyChart },
  { name: 'memory', hasRows: ({ memory }) => memory.length > 0, spec: memoryChart },
  { name: 'memory', hasRows: ({ usage }) => usage.length > 0, spec: usageChart },
];

const chartsOf = (results: Results) => CHARTS.filter(({ hasRows }) => hasRows(results));

/** Names of the charts' files, beside the page of results that `name` tells. */
export const chartFiles = (name: string, results: Results): string[] =>
  chartsOf(results).map((chart) => `${name}-${chart.name}.svg`);

/** Texts of these files. */
export async function drawCharts(name: string, results: Results): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const chart of chartsOf(results)) files.set(`${name}-${chart.name}.svg`, await toSvg(chart.spec(results)));
  return files;
}

async function toSvg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none', logLevel: Warn });
  const svg = await view.toSVG();
  view.finalize();
  const rules = Object.entries(IN_THE_DARK).flatMap(([light, dark]) =>
    ['fill', 'stroke'].map((paint) => `[${paint}="${light}"]{${paint}:${dark}}`),
  );
  return svg.replace('>', `><style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`);
}

/** In the order given, where vega-lite would sort by name. */
const columnsOf = (values: readonly { column: string }[]): string[] => [...new Set(values.map(({ column }) => column))];

const pipelineLabel = (pipeline: number): string =>
  pipeline === 1 ? 'one request at a time' : `${pipeline} requests at a time (-P ${pipeline})`;

/** A figure of Mayfly's over that of redis-server. */
interface RatioBar {
  readonly row: string;
  readonly column: string;
  readonly ratio: number;
  /** At most; null where there is none. */
  readonly goal: number | null;
  readonly label: string;
}

function cpuChart({ load, transport, table }: Results): TopLevelSpec {
  const values = load.map((row) => ({
    row: row.title,
    // The types' chart has one column: what is asked without a pipeline says so in its name.
    column: table === 'types' ? pipelineLabel(16) : pipelineLabel(row.pipeline),
    ratio: row.cpuRatio,
    goal: cpuRatioMax(row, transport) ?? null,
    label: `${times(row.cpuRatio)} (${row.mayfly.cpuUsPerRequest.toFixed(1)} µs)`,
  }));
  const about = `Mayfly on ${transport}: user and system time of all its threads, in times of redis-server's, and in µs`;
  return ratios(values, 'Server CPU per request', about);
}

const bytes = (count: number): string => `${Math.round(count).toLocaleString('en')} bytes`;

function memoryChart({ memory }: Results): TopLevelSpec {
  const goal = MEMORY_RATIO_MAX;
  const values = memory.flatMap(({ title, usedRatio, residentRatio, mayfly }) => [
    {
      row: title,
      column: 'used_memory',
      ratio: usedRatio,
      goal,
      label: `${times(usedRatio)} (${bytes(mayfly.usedBytesPerKey)})`,
    },
    {
      row: title,
      column: 'resident memory',
      ratio: residentRatio,
      goal: null,
      label: `${times(residentRatio)} (${bytes(mayfly.residentBytesPerKey)})`,
    },
  ]);
  return ratios(values, 'Memory a key takes', "Mayfly's, in times of redis-server's, and in bytes");
}

function usageChart({ usage }: Results): TopLevelSpec {
  const values = usage.map(({ title, ratio, mayflyBytesPerKey }) => ({
    row: title,
    column: 'MEMORY USAGE',
    ratio,
    goal: USAGE_RATIO_MAX,
    label: `${times(ratio)} (${bytes(mayflyBytesPerKey)})`,
  }));
  return ratios(values, 'Memory of values, small and large', "Mayfly's, in times of redis-server's, and in bytes");
}

/** Ratios, since figures differ by a hundred times; a mark on each bar shows its goal, a line redis-server. */
function ratios(bars: readonly RatioBar[], title: string, about: string): TopLevelSpec {
  const verdict = ({ goal, ratio }: RatioBar): string =>
    goal === null ? VERDICTS.domain[2] : ratio <= goal ? VERDICTS.domain[0] : VERDICTS.domain[1];
  const values = bars.map((bar) => ({ ...bar, verdict: verdict(bar) }));
  const shown = VERDICTS.domain.filter((each) => values.some((value) => value.verdict === each));
  const colours = { domain: shown, range: shown.map((each) => VERDICTS.range[VERDICTS.domain.indexOf(each)]) };
  const y = { field: 'row', type: 'nominal', sort: null, axis: { title: null } } as const;
  const axis = { title: null, tickCount: 5, labelExpr: "datum.label + ' ×'" } as const;
  const x = { field: 'ratio', type: 'quantitative', axis } as const;
  return {
    ...COMMON,
    title: { text: title, subtitle: [about, 'shorter is better; thin mark: the goal; grey line: redis-server'] },
    data: { values },
    facet: { column: { field: 'column', type: 'nominal', sort: columnsOf(values) } },
    spec: {
      width: 300,
      height: { step: 21 },
      layer: [
        {
          mark: { type: 'bar', cornerRadiusEnd: 2, height: 12 },
          encoding: { y, x, color: { field: 'verdict', type: 'nominal', scale: colours, sort: shown } },
        },
        { mark: { type: 'rule', color: REDIS_COLOUR, strokeWidth: 2 }, encoding: { x: { datum: 1 } } },
        {
          mark: { type: 'tick', color: '#111111', thickness: 2, height: 16 },
          encoding: { y, x: { ...x, field: 'goal' } },
        },
        {
          mark: { type: 'text', align: 'left', dx: 8, fontSize: 11, color: '#333333' },
          encoding: { y, x: { value: 'width' }, text: { field: 'label' } },
        },
      ],
    },
  };
}

/** One small chart a column, their scales apart; a pair of bars for each row, in the order given. */
function latencyChart({ load, transport }: Results): TopLevelSpec {
  const values = load.flatMap(({ title, pipeline, redis, mayfly }) => [
    { row: title, column: pipelineLabel(pipeline), server: REDIS, value: redis.p99Ms },
    { row: title, column: pipelineLabel(pipeline), server: MAYFLY, value: mayfly.p99Ms },
  ]);
  return {
    ...COMMON,
    title: {
      text: 'Latency, 99th percentile',
      subtitle: `ms as redis-benchmark sees it with 50 connections; shorter is better (Mayfly on ${transport})`,
    },
    data: { values },
    facet: { column: { field: 'column', type: 'nominal', sort: columnsOf(values) } },
    spec: {
      width: 330,
      height: { step: 11 },
      mark: { type: 'bar', cornerRadiusEnd: 2 },
      encoding: {
        y: { field: 'row', type: 'nominal', sort: null, axis: { title: null }, scale: { paddingInner: 0.3 } },
        yOffset: { field: 'server', sort: COLOURS.domain },
        x: {
          field: 'value',
          type: 'quantitative',
          axis: { title: null, tickCount: 5, labelExpr: "datum.label + ' ms'" },
        },
        color: { field: 'server', type: 'nominal', scale: COLOURS, sort: COLOURS.domain },
      },
    },
    resolve: { scale: { x: 'independent' } },
  };
}
