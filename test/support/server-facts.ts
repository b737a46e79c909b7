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

/** All who were connected beside `client` are gone, and so is what the transport and the server held for them. */
export async function expectNothingHeld(client: RespClient): Promise<void> {
  await until('no other is connected', async () => (await info(client, 'connected_clients')) === 1, 20_000);
  const held = async () => textOf(await client.call('DEBUG', 'TRANSPORT'));
  const nothing = async () => /^links=1\n(?:\w+=0\n)*$/.test(await held());
  await until('links and buffers are back', nothing).catch(async (error) => {
    throw new Error(`the transport holds ${await held()}`, { cause: error });
  });
  // What a large command was put together in is given back when there has been no use for it for two seconds.
  await until('memory is back', async () => (await info(client, 'mem_clients_normal')) < 200_000);
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
