/**
 * Clients that send everything there is at once, in pipelines of any length, at a few keys in every mode of hand-off. Which
 * of them is served first is left to chance, so replies are only counted; what is checked is that every command has one,
 * that no lock and no hand-off is left over, and that all memory fits together afterwards to the byte.
 */
import { describe, expect, it } from 'vitest';
import { Dice } from '../differential/dice.ts';
import { CommandGenerator } from '../differential/generate.ts';
import { readGrammar } from '../differential/grammar.ts';
import { isAggregate } from '../support/resp.ts';
import { RespClient } from '../support/resp-client.ts';
import { seed } from '../support/seed.ts';
import { info, mayflyWith, until } from '../support/server-facts.ts';
import { ServerProcess } from '../support/server-process.ts';

const CLIENTS = 6;
const COMMANDS_PER_CLIENT = 2_000;
const PIPELINE_MAX = 40;
/** These wait for other clients, which may never come. */
const WAITS = /^(BL|BR|BZ|WAIT)/i;

const mayWait = (command: readonly string[]): boolean =>
  WAITS.test(command[0]) || command.some((word) => word.toUpperCase() === 'BLOCK');

describe.each(['auto', 'always', 'never'])('many clients, handoff %s', (mode) => {
  it('leave nothing locked, nothing pending and no byte astray', async () => {
    const server = await ServerProcess.start(mayflyWith('--workers', '2', '--handoff', mode));
    try {
      const control = await RespClient.open(server.port);
      const grammar = await readGrammar(control);
      const send = async (number: number): Promise<void> => {
        const dice = new Dice(seed).fork(number);
        const episode = { firstStreamMs: 0, lastStreamMs: 1, streamIds: [], integerShare: 0.5, nowMs: Date.now() };
        const generator = new CommandGenerator(grammar, new Set(), episode, dice.fork(0));
        const client = await RespClient.open(server.port);
        for (let left = COMMANDS_PER_CLIENT; left > 0; ) {
          const commands = Array.from({ length: Math.min(left, dice.int(1, PIPELINE_MAX)) }, () => {
            let command = generator.next();
            while (mayWait(command)) command = generator.next();
            return command;
          });
          const replies = await client.pipeline(commands);
          expect(replies.length).toBe(commands.length);
          replies.forEach(({ reply }, at) => {
            const text = isAggregate(reply) ? '' : reply.text;
            expect(text, commands[at].join(' ')).not.toMatch(/internal error/);
          });
          left -= commands.length;
        }
        client.close();
      };
      await Promise.all(Array.from({ length: CLIENTS }, (_, number) => send(number)));
      await until('nothing is pending', async () => (await info(control, 'handoffs_pending')) === 0);
      await until('no shard is locked', async () => (await info(control, 'locked_shards')) === 0);
      expect(await control.call('DEBUG', 'CHECK')).toEqual({ kind: '*', items: [] });
      await control.call('FLUSHALL');
      expect(await control.call('DEBUG', 'CHECK')).toEqual({ kind: '*', items: [] });
      expect(await control.call('DBSIZE')).toMatchObject({ text: '0' });
      control.close();
    } finally {
      await server.stop();
    }
  }, 120_000);
});
