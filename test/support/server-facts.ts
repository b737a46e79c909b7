import { isAggregate, type Reply } from './resp.ts';
import type { RespClient } from './resp-client.ts';
import { mayflyChecked, type ServerCommand } from './server-process.ts';

/** The text of a reply that is no aggregate. */
export function textOf(reply: Reply): string {
  if (isAggregate(reply)) throw new Error(`an aggregate, no text: ${JSON.stringify(reply).slice(0, 200)}`);
  return reply.text;
}

/** Mayfly with more directives on its command line; DEBUG is allowed. */
export const mayflyWith = (...directives: string[]): ServerCommand => ({
  ...mayflyChecked,
  args: [...mayflyChecked.args, '--enable-debug-command', 'yes', ...directives],
});

/** A field of INFO as a number. */
export async function info(client: RespClient, field: string): Promise<number> {
  const text = textOf(await client.call('INFO', 'everything'));
  const [, value] = new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text) ?? [];
  if (value === undefined) throw new Error(`INFO has no ${field}`);
  return Number.parseFloat(value);
}

/** Asks until it is so; throws with `what` when it isn't within `withinMs`. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs = 5_000): Promise<void> {
  const deadlineMs = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(20);
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
