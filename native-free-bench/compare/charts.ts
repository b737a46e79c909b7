import { parse, View, Warn } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { cpuRatioMax } from './goals.ts';
import type { Results } from './results.ts';

const REDIS = 'redis-server';
const MAYFLY = 'Mayfly';
const REDIS_COLOUR = '#b8b2a7';
const MAYFLY_COLOUR = '#0f766e';
const COLOURS = { domain: [REDIS, MAYFLY], range: [REDIS_COLOUR, MAYFLY_COLOUR] };

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
    title: { fontSize: 15, anchor: 'start', subtitleFontSize: 12, subtitleColor: '#555555' },
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
  return svg;
}

/** In the order given, where vega-lite would sort by name. */
const columnsOf = (values: readonly { column: string }[]): string[] => [...new Set(values.map(({ column }) => column))];

const pipelineLabel = (pipeline: number): string => (pipeline === 1 ? 'no pipeline' : `-P ${pipeline}`);

/** Ratios, since a request costs from 1 to 50 µs; a mark on each bar shows the goal. */
function cpuChart({ load, transport }: Results): TopLevelSpec {
  const values = load.map((row) => ({
    row: row.title,
    column: pipelineLabel(row.pipeline),
    ratio: row.cpuRatio,
    goal: cpuRatioMax(row, transport) ?? null,
    label: `${row.cpuRatio.toFixed(2)} × (${row.mayfly.cpuUsPerRequest.toFixed(1)} µs)`,
  }));
  const y = { field: 'row', type: 'nominal', sort: null, axis: { title: null } } as const;
  const x = { field: 'ratio', type: 'quantitative', axis: { title: null, tickCount: 5 } } as const;
  return {
    ...COMMON,
    title: {
      text: 'Server CPU per request, redis-server = 1',
      subtitle: `user and system, all threads; shorter is better; the dark mark is the goal (Mayfly on ${transport})`,
    },
    data: { values },
    facet: { column: { field: 'column', type: 'nominal', sort: columnsOf(values) } },
    spec: {
      width: 300,
      height: { step: 21 },
      layer: [
        { mark: { type: 'bar', cornerRadiusEnd: 2, color: MAYFLY_COLOUR, height: 12 }, encoding: { y, x } },
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

function latencyChart({ load, transport }: Results): TopLevelSpec {
  return bars(
    load.flatMap(({ title, pipeline, redis, mayfly }) => [
      { row: title, column: pipelineLabel(pipeline), server: REDIS, value: redis.p99Ms },
      { row: title, column: pipelineLabel(pipeline), server: MAYFLY, value: mayfly.p99Ms },
    ]),
    'Latency, 99th percentile',
    `ms as redis-benchmark sees it with 50 connections; shorter is better (Mayfly on ${transport})`,
  );
}

function memoryChart({ memory }: Results): TopLevelSpec {
  return bars(
    memory.flatMap(({ title, usedRatio, residentRatio }) => [
      { row: title, column: 'used_memory', server: REDIS, value: 1 },
      { row: title, column: 'used_memory', server: MAYFLY, value: usedRatio },
      { row: title, column: 'resident memory', server: REDIS, value: 1 },
      { row: title, column: 'resident memory', server: MAYFLY, value: residentRatio },
    ]),
    'Memory a key takes',
    'redis-server is 1; shorter is better',
  );
}

function usageChart({ usage }: Results): TopLevelSpec {
  return bars(
    usage.flatMap(({ title, ratio }) => [
      { row: title, column: 'MEMORY USAGE', server: REDIS, value: 1 },
      { row: title, column: 'MEMORY USAGE', server: MAYFLY, value: ratio },
    ]),
    'Memory of values, small and large',
    'redis-server is 1; shorter is better',
  );
}

interface Bar {
  readonly row: string;
  readonly column: string;
  readonly server: string;
  readonly value: number;
}

/** One small chart a column, their scales apart; a pair of bars for each row, in the order given. */
function bars(values: Bar[], title: string, subtitle: string): TopLevelSpec {
  return {
    ...COMMON,
    title: { text: title, subtitle },
    data: { values },
    facet: { column: { field: 'column', type: 'nominal', sort: columnsOf(values) } },
    spec: {
      width: 330,
      height: { step: 13 },
      mark: { type: 'bar', cornerRadiusEnd: 2 },
      encoding: {
        y: { field: 'row', type: 'nominal', sort: null, axis: { title: null }, scale: { paddingInner: 0.3 } },
        yOffset: { field: 'server', sort: COLOURS.domain },
        x: { field: 'value', type: 'quantitative', axis: { title: null, tickCount: 5 } },
        color: { field: 'server', type: 'nominal', scale: COLOURS, sort: COLOURS.domain },
      },
    },
    resolve: { scale: { x: 'independent' } },
  };
}
