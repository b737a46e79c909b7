/** WAIT and WAITAOF. There are no replicas and no append-only file yet, so nothing ever confirms a write: time runs out. */
import { integerTimeoutMs } from './blocking-timeout.ts';
import type { Context } from './context.ts';
import { command } from './define.ts';
import { error } from './errors.ts';
import { saturatedInteger } from './saturated-integer.ts';

const NOT_POSITIVE = error('ERR value is out of range, must be positive');
const NOT_ONE_SERVER = error('ERR value is out of range, value must between 0 and 1');
const NO_AOF = error('ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.');

function wait(ctx: Context): void {
  const replicas = saturatedInteger(ctx, 1);
  const ms = integerTimeoutMs(ctx, 2);
  const answer = () => ctx.reply.integer(0);
  if (replicas <= 0 || !ctx.mayBlock) answer();
  else ctx.waitOut(ms, answer);
}

function waitaof(ctx: Context): void {
  const local = saturatedInteger(ctx, 1);
  if (local < 0 || local > 1) throw NOT_ONE_SERVER;
  const replicas = saturatedInteger(ctx, 2, NOT_POSITIVE);
  if (replicas < 0) throw NOT_POSITIVE;
  const ms = integerTimeoutMs(ctx, 3);
  if (local > 0) throw NO_AOF;
  const answer = () => {
    ctx.reply.array(2);
    ctx.reply.integer(0);
    ctx.reply.integer(0);
  };
  if (replicas === 0 || !ctx.mayBlock) answer();
  else ctx.waitOut(ms, answer);
}

export const genericWaitCommands = [
  command({
    name: 'WAIT',
    since: '3.0.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Waits until replicas have what the connection has written, and counts those that have.',
    syntax: 'numreplicas:integer timeout:integer',
    flags: 'blocking',
    categories: 'connection',
    tips: 'request_policy:all_shards response_policy:agg_min',
    scope: 'keys',
    run: wait,
  }),
  command({
    name: 'WAITAOF',
    since: '7.2.0',
    group: 'generic',
    complexity: 'O(1)',
    summary: 'Waits until the append-only files here and on replicas have what the connection has written.',
    syntax: 'numlocal:integer numreplicas:integer timeout:integer',
    flags: 'blocking',
    categories: 'connection',
    tips: 'request_policy:all_shards response_policy:agg_min',
    scope: 'keys',
    run: waitaof,
  }),
];
