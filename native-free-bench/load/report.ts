import type { Step } from './histogram.ts';
import type { LoadOptions } from './options.ts';
import type { LoadResult, Progress } from './run.ts';

/** What the report names of the server's settings: they change what the figures mean. */
export interface ServerSettings {
  readonly save: string;
  readonly appendonly: string;
}

export const CSV_HEAD =
  '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"';

const ms = (us: number, places = 3): string => (us / 1000).toFixed(places);

/** Average, least, p50, p95, p99 and greatest latency in µs, the order of the CSV and of the summary. */
function summaryUs({ histogram }: LoadResult): number[] {
  return [
    histogram.meanUs,
    histogram.minUs,
    histogram.percentileUs(50),
    histogram.percentileUs(95),
    histogram.percentileUs(99),
    histogram.maxUs,
  ];
}

export function csvLine(title: string, result: LoadResult): string {
  const fields = [title, result.requestsPerSecond.toFixed(2), ...summaryUs(result).map((us) => ms(us))];
  return fields.map((field) => `"${field}"`).join(',');
}

export function quietLine(title: string, result: LoadResult): string {
  const p50 = ms(result.histogram.percentileUs(50));
  return `${title}: ${result.requestsPerSecond.toFixed(2)} requests per second, p50=${p50} msec`;
}

export function progressLine(title: string, { sinceLast, overall }: Progress): string {
  const rate = (part: Progress['overall']): string => ((part.requests * 1000) / part.elapsedMs).toFixed(1);
  const mean = (part: Progress['overall']): string => ms(part.sumUs / Math.max(1, part.requests));
  return `${title}: rps=${rate(sinceLast)} (overall: ${rate(overall)}) avg_msec=${mean(sinceLast)} (overall: ${mean(overall)})`;
}

export function fullReport(
  title: string,
  result: LoadResult,
  options: LoadOptions,
  payloadBytes: number,
  settings: ServerSettings | undefined,
): string {
  const step = ({ percent, upToUs, cumulative }: Step): string =>
    `${percent.toFixed(3)}% <= ${ms(upToUs, options.precision)} milliseconds (cumulative count ${cumulative})`;
  const columns = ['avg', 'min', 'p50', 'p95', 'p99', 'max'];
  const figures = summaryUs(result).map((us) => ms(us, options.precision));
  const row = (cells: string[]): string => `  ${cells.map((cell) => cell.padStart(9)).join(' ')}`;
  return [
    `====== ${title} ======`,
    `  ${result.histogram.count} requests completed in ${(result.elapsedMs / 1000).toFixed(2)} seconds`,
    `  ${options.clients} parallel clients`,
    `  ${payloadBytes} bytes payload`,
    `  keep alive: ${options.keepAlive}`,
    ...(settings === undefined
      ? ['  host configuration: not readable']
      : [`  host configuration "save": ${settings.save}`, `  host configuration "appendonly": ${settings.appendonly}`]),
    '  multi-thread: no',
    '',
    'Latency by percentile distribution:',
    ...result.histogram.percentileSteps().map(step),
    '',
    'Cumulative distribution of latencies:',
    ...result.histogram.linearSteps().map(step),
    '',
    'Summary:',
    `  throughput summary: ${result.requestsPerSecond.toFixed(2)} requests per second`,
    '  latency summary (msec):',
    row(columns),
    row(figures),
    '',
  ].join('\n');
}
