import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { chartFiles, drawCharts } from './charts.ts';
import { meterSteal, type Run } from './circumstances.ts';
import { writeExcerpts } from './excerpts.ts';
import { markdownReport } from './report.ts';
import { FOLDER, type Results, type RowOf, type Section, withRows, writeResults } from './results.ts';

/** Takes what is measured into the results, and writes them at once: a run that is broken off keeps what it has. */
export class Recorder {
  readonly #name: string | undefined;
  readonly #run: Run;
  #results: Results;

  /** @param name of the files in results/; undefined if nothing is to be kept */
  constructor(name: string | undefined, results: Results, run: Run) {
    this.#name = name;
    this.#results = results;
    this.#run = run;
  }

  get results(): Results {
    return this.#results;
  }

  /** Measures, and keeps the rows with what the machine was like meanwhile. */
  async record<S extends Section>(section: S, measure: () => Promise<readonly RowOf[S][]>): Promise<void> {
    const loadAverage = loadavg()[0];
    const stealSince = meterSteal();
    const rows = await measure();
    const taken = { run: this.#run.startedAt, loadAverage, stealShare: stealSince() };
    this.#results = withRows(this.#results, this.#run, section, rows, taken);
    if (this.#name !== undefined) writePage(this.#name, this.#results);
  }

  /** Draws the charts anew: they take a moment, so at the end. What other pages tell of the results is brought in step. */
  async finish(): Promise<void> {
    if (this.#name !== undefined) await finishPages(this.#name, this.#results);
  }
}

function writePage(name: string, results: Results): void {
  writeResults(name, results);
  writeFileSync(join(FOLDER, `${name}.md`), markdownReport(results, chartFiles(name, results)));
}

async function finishPages(name: string, results: Results): Promise<void> {
  for (const [file, svg] of await drawCharts(name, results)) writeFileSync(join(FOLDER, file), svg);
  writeExcerpts(name, results);
}

/** Page and charts from what is kept, as after a change of a goal or of a chart. */
export async function redraw(name: string, results: Results): Promise<void> {
  writePage(name, results);
  await finishPages(name, results);
}
