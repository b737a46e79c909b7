/** A page of results: results/<name>.md. */
import type { Measured, Run } from './circumstances.ts';
import { median } from './median.ts';
import type { Results } from './results.ts';
import {
  figureTable,
  latencyTable,
  loadTable,
  memoryTable,
  percent,
  rateTable,
  summaryTable,
  threadsTable,
  usageTable,
} from './tables.ts';
import { markdownTable, plainTable, type TextTable } from './text-table.ts';

interface SectionText {
  readonly title: string;
  readonly table: TextTable;
  /** Of which the table tells. */
  readonly rows: readonly Measured<{ readonly title: string }>[];
  /** Whether the figures are medians over rounds. */
  readonly hasRounds: boolean;
  readonly about?: string;
}

const PAYLOAD =
  'Payload alone: bytes of key and elements themselves, as a client sent them, over what redis-server takes. Bold is more ' +
  'than the goal: nothing that keeps them as they are can meet it.';

function sectionsOf(results: Results): SectionText[] {
  const { load, threads, memory, usage, figures } = results;
  const sections: SectionText[] = [
    {
      title: 'Load',
      table: loadTable(results),
      rows: load,
      hasRounds: true,
      about:
        'Server CPU per request, user and system, all threads of the process: rates on a shared machine swing, this ' +
        'hardly does. The ratio is the median of the rounds. redis-benchmark with 50 connections.',
    },
    { title: 'Rate with a pipeline', table: rateTable(results), rows: load, hasRounds: true },
    { title: 'Latency without a pipeline', table: latencyTable(results), rows: load, hasRounds: true },
    {
      title: 'Two I/O threads',
      table: threadsTable(results),
      rows: threads,
      hasRounds: true,
      about: '`--io-threads 2` beside one, two threads and the load sharing two cores.',
    },
    {
      title: 'Memory of values',
      table: usageTable(results),
      rows: usage,
      hasRounds: false,
      about:
        'By `MEMORY USAGE key SAMPLES 0` of every key, which counts key, value and what leads to it, as each server has ' +
        `it. ${PAYLOAD}`,
    },
    { title: 'Memory', table: memoryTable(results), rows: memory, hasRounds: false, about: PAYLOAD },
    {
      title: 'Pauses and start',
      table: figureTable(results),
      rows: figures,
      hasRounds: false,
      about: figures.flatMap(({ note }) => note ?? []).join(' '),
    },
  ];
  return sections.filter(({ table }) => table.rows.length > 0);
}

/** When the rows of a table were measured: a line for each run, that of most rows first. */
export function caption(rows: SectionText['rows'], runs: readonly Run[], hasRounds: boolean): string {
  const groups = runs
    .map((run) => ({ run, mine: rows.filter(({ taken }) => taken.run === run.startedAt) }))
    .filter(({ mine }) => mine.length > 0)
    .sort((a, b) => b.mine.length - a.mine.length);
  if (groups.length === 1) return `Measured ${circumstances(groups[0].run, rows, hasRounds)}.`;
  return groups
    .map(({ run, mine }, index) => {
      const which = index === 0 ? 'Most' : [...new Set(mine.map(({ title }) => title))].join('; ');
      return `- ${which}: measured ${circumstances(run, mine, hasRounds)}.`;
    })
    .join('\n');
}

function circumstances(run: Run, rows: SectionText['rows'], hasRounds: boolean): string {
  const loads = rows.map(({ taken }) => taken.loadAverage);
  const [quietest, busiest] = [Math.min(...loads), Math.max(...loads)].map((each) => each.toFixed(1));
  const steals = rows.flatMap(({ taken }) => taken.stealShare ?? []);
  const steal = steals.length > 0 ? `, steal ${percent(median(steals))} (at most ${percent(Math.max(...steals))})` : '';
  return (
    `on ${run.startedAt.slice(0, 10)} from ${run.startedAt.slice(11, 16)} UTC at commit ${run.commit}` +
    `${hasRounds ? `, ${run.rounds} ${run.rounds === 1 ? 'round' : 'rounds in turn, medians'}` : ''}` +
    `, load average ${quietest === busiest ? quietest : `${quietest} to ${busiest}`}${steal}` +
    `${run.isQuick ? ', **quick: too short for figures to rely on**' : ''}`
  );
}

/** On which machine with which programs: of each run once, most pages having one. */
function machines(runs: readonly Run[]): string {
  const lines = runs.map(
    ({ machine, isPinned, node, redis, mayflyFlags }) =>
      `${machine}, Node ${node}, redis-server ${redis}; server and load ${isPinned ? 'had a core each' : 'shared the cores'}.` +
      `${mayflyFlags === '' ? '' : ` Mayfly's flags: \`${mayflyFlags}\`.`}`,
  );
  return [...new Set(lines)].join('\n\n');
}

const STEAL =
  "*steal* is the share of the cores' time that the machine's host gave to others meanwhile: it makes rates and latencies " +
  'worse on both sides, and shows in no account of CPU time.';

/** `charts` are file names beside the page. */
export function markdownReport(results: Results, charts: readonly string[]): string {
  const what = results.table === 'types' ? 'Values of every type: Mayfly' : 'Mayfly';
  const parts = [
    `# ${what} on ${results.transport} beside redis-server`,
    machines(results.runs),
    STEAL,
    '## Goals',
    markdownTable(summaryTable(results)),
    ...charts.map((chart) => `![${chart.replace(/\.svg$/, '')}](${chart})`),
  ];
  for (const { title, table, rows, hasRounds, about } of sectionsOf(results)) {
    parts.push(`## ${title}`, ...(about ? [about] : []), caption(rows, results.runs, hasRounds), markdownTable(table));
  }
  return `${parts.join('\n\n')}\n`;
}

/** All tables for a terminal. */
export function plainReport(results: Results): string {
  const sections = sectionsOf(results).map(({ title, table }) => `${title}\n${plainTable(table)}`);
  return [...sections, `Goals\n${plainTable(summaryTable(results))}`].join('\n\n');
}
