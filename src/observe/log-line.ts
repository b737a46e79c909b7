const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Marks of the levels debug, verbose, notice and warning: what people grep for. */
const MARKS = '.-*#';

/** Makes lines of the shape that tools know from Redis: `123:M 31 Dec 2026 23:59:59.042 * message`. Local time. */
export class LineFormatter {
  role: string;
  readonly #pid: number;
  #second = Number.NaN;
  #secondText = '';

  constructor(pid: number, role: string) {
    this.#pid = pid;
    this.role = role;
  }

  /** `level` counts from 0, debug, to 3, warning. A message of several lines is one entry, its lines indented. */
  line(nowMs: number, level: number, message: string): string {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = dateText(new Date(second * 1000));
    }
    const milliseconds = String(Math.floor(nowMs) - second * 1000).padStart(3, '0');
    const text = message.includes('\n') ? message.replaceAll('\n', '\n    ') : message;
    return `${this.#pid}:${this.role} ${this.#secondText}.${milliseconds} ${MARKS[level]} ${text}\n`;
  }
}

function dateText(date: Date): string {
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  return `${twoDigits(date.getDate())} ${MONTHS[date.getMonth()]} ${date.getFullYear()} ${time}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
