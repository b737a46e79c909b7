/** One figure of both servers. */
export interface FigureRow {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly redis: number;
  readonly mayfly: number;
  readonly ratio: number;
  /** What else was seen, in words. */
  readonly note?: string;
}

export function figureRow(
  name: string,
  title: string,
  unit: string,
  redis: number,
  mayfly: number,
  note?: string,
): FigureRow {
  return { name, title, unit, redis, mayfly, ratio: mayfly / redis, ...(note === undefined ? {} : { note }) };
}
