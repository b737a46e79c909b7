import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FunctionAt, functionAt } from './inlined.ts';

export interface Position {
  /** Path from the repository's root, as `src/store/table.ts`; or what V8 told if there is no source map. */
  readonly file: string;
  /** Counting from 1. */
  readonly line: number;
}

/** Finds the place in src/ that a place in a bundle came from, by the source maps that lie beside the bundles. */
export class SourcePositions {
  readonly #root: string;
  readonly #lines = new Map<string, readonly string[]>();
  readonly #maps = new Map<string, SourceMap | undefined>();

  constructor(root: string) {
    this.#root = root;
  }

  /** @param line and `column` count from 0, as V8's profiles do */
  resolve(url: string, line: number, column: number): Position {
    if (!url.startsWith('file:')) return { file: url, line: line + 1 };
    const path = fileURLToPath(url);
    const entry = this.#mapOf(path)?.findEntry(line, column);
    if (entry === undefined || !('originalSource' in entry))
      return { file: relative(this.#root, path), line: line + 1 };
    return { file: relative(this.#root, join(dirname(path), entry.originalSource)), line: entry.originalLine + 1 };
  }

  /** The named function that a line of a bundle belongs to; undefined where none is seen. @param line counts from 0 */
  functionAt(url: string, line: number): FunctionAt | undefined {
    if (!url.startsWith('file:')) return undefined;
    const path = fileURLToPath(url);
    let lines = this.#lines.get(path);
    if (lines === undefined) {
      lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
      this.#lines.set(path, lines);
    }
    return functionAt(lines, line);
  }

  #mapOf(path: string): SourceMap | undefined {
    if (!this.#maps.has(path)) {
      const beside = `${path}.map`;
      this.#maps.set(path, existsSync(beside) ? new SourceMap(JSON.parse(readFileSync(beside, 'utf8'))) : undefined);
    }
    return this.#maps.get(path);
  }
}
