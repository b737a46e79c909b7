/**
 * Sends steps to both servers and stops at the first difference.
 */
import { asCliLine, type Command, isAggregate, isError, type Reply, show } from '../support/resp.ts';
import { BrokenConnection, type RawReply, type RespClient } from '../support/resp-client.ts';
import { ruleName } from './compare.ts';
import type { Endpoint } from './endpoint.ts';
import { causeOf, type KnownDifference, verdict } from './known-differences.ts';
import { readState } from './state.ts';
import { cursorIndex, readAll, type Step } from './steps.ts';
import { type OptionsOf, Tally } from './tally.ts';

export interface Pair {
  readonly subject: Endpoint;
  readonly oracle: Endpoint;
  /** What an oracle of this version answers otherwise, and may. */
  readonly known: readonly KnownDifference[];
  /** What there is to say of which options were taken. */
  readonly optionsOf: OptionsOf;
  /** What is wrong with the shape of the subject's reply, beside what it says; undefined where shapes aren't looked at. */
  readonly faultOf?: ((command: Command, reply: Reply) => string | undefined) | undefined;
}

export interface Difference {
  /** The step that showed it: an index into what was played. */
  readonly step: number;
  readonly command: Command;
  /** Where it shows when not in a reply: `transaction`, `state`, … */
  readonly where: string;
  readonly subject: string;
  readonly oracle: string;
  /** Same text, same cause: differences are counted and shrunk by it. */
  readonly cause: string;
}

/** What playing steps came to: counts for the report, and the first difference if there is one. */
export interface Outcome {
  readonly difference: Difference | undefined;
  /** Which commands' replies were compared, and what those of the oracle were. */
  readonly tally: Tally;
  /** How often each known difference was met. */
  readonly known: ReadonlyMap<string, number>;
}

/** Thrown inside a step's comparison, caught by `play`. */
class Found extends Error {
  readonly difference: Omit<Difference, 'step'>;

  constructor(difference: Omit<Difference, 'step'>) {
    super(difference.cause);
    this.difference = difference;
  }
}

const BATCH_STEPS = 40;
const EXEC: Command = ['EXEC'];
const mainOf = (of: Endpoint) => of.main.client;
const otherOf = (of: Endpoint) => of.other.client;

class Player {
  readonly #pair: Pair;
  readonly tally: Tally;
  readonly known = new Map<string, number>();
  /** The first difference in what no later reply hangs on. */
  harmless: Omit<Difference, 'step'> | undefined;

  constructor(pair: Pair) {
    this.#pair = pair;
    this.tally = new Tally(pair.optionsOf);
  }

  /** Sends the same to the same connection of both; a broken connection is a difference of the command it broke at. */
  async both(commands: readonly Command[], connection: (of: Endpoint) => RespClient = mainOf) {
    const { subject, oracle } = this.#pair;
    const [left, right] = await Promise.all([
      connection(subject).pipeline(commands).catch(asBroken),
      connection(oracle).pipeline(commands).catch(asBroken),
    ]);
    if (right instanceof BrokenConnection) {
      const at = commands[right.replies.length];
      throw new Error(`redis-server: ${right.message} at ${asCliLine(at)}\n${oracle.crash ?? ''}`);
    }
    return { left, right };
  }

  /** Compares one reply, in `where`. @returns false for a known difference */
  check(command: Command, subject: Reply, oracle: Reply, where = ''): boolean {
    this.tally.add(command, oracle);
    const outcome = verdict(command, subject, oracle, this.#pair.known);
    if (outcome === 'same') return true;
    if (outcome === 'different') {
      const cause = causeOf(command, subject, oracle);
      const difference = { command, where, subject: show(subject), oracle: show(oracle), cause };
      // Another encoding now makes no other reply later: going on, what it would hide is found as well.
      if (ruleName(command) !== 'OBJECT ENCODING') throw new Found(difference);
      this.harmless ??= difference;
      return true;
    }
    this.known.set(outcome.id, (this.known.get(outcome.id) ?? 0) + 1);
    return false;
  }

  /** Holds the subject's reply against the command's schema. */
  checkShape(command: Command, reply: Reply): void {
    const fault = this.#pair.faultOf?.(command, reply);
    if (fault === undefined) return;
    const cause = `${ruleName(command)} shape`;
    throw new Found({ command, where: 'shape', subject: show(reply), oracle: fault, cause });
  }

  /** Raises what a broken connection of the subject's means for the command it broke at. */
  broken(command: Command, broken: BrokenConnection): never {
    const crash = this.#pair.subject.crash;
    const what = crash === undefined ? broken.message : `the server ended: ${crash}`;
    const cause = `${command[0].toUpperCase()} ${crash ? 'crash' : 'connection'}`;
    throw new Found({ command, where: '', subject: what, oracle: 'a reply', cause });
  }

  /** One exchange on some connection, replies compared one by one. */
  async exchange(commands: readonly Command[], connection?: (of: Endpoint) => RespClient, where = ''): Promise<void> {
    const { left, right } = await this.both(commands, connection);
    const replies = left instanceof BrokenConnection ? left.replies : left;
    replies.forEach(({ raw, reply }, i) => {
      this.checkShape(commands[i], reply);
      if (raw === right[i].raw) this.tally.add(commands[i], right[i].reply);
      else this.check(commands[i], reply, right[i].reply, where);
    });
    if (left instanceof BrokenConnection) this.broken(commands[replies.length], left);
  }

  /** Compares the replies of a step that was sent in a pipeline with others. */
  checkStep(step: Step, left: readonly RawReply[], right: readonly RawReply[]): void {
    switch (step.kind) {
      case 'plain': {
        const commands = commandsOf(step);
        const last = commands.length - 1;
        commands.forEach((command, i) => {
          const inner = i === last ? step.inner : undefined;
          this.checkShape(command, left[i].reply);
          if (left[i].raw === right[i].raw) this.tally.add(inner ?? command, right[i].reply);
          else this.#checkPlain(command, inner, left[i].reply, right[i].reply);
        });
        break;
      }
      case 'transaction':
        this.#checkTransaction(step, left, right);
        break;
      case 'chance':
        this.check(readAll(step.command) ?? [], left[0].reply, right[0].reply);
        this.#checkChance(step.command, left, right);
        break;
      default:
        throw new Error(`a ${step.kind} step isn't sent in a pipeline`);
    }
  }

  #checkPlain(command: Command, inner: Command | undefined, subject: Reply, oracle: Reply): void {
    // An error in a script is told with the script around it: then the script is what differs.
    this.check(
      inner === undefined || isError(subject) !== isError(oracle) ? command : inner,
      subject,
      oracle,
      inner ? 'script' : '',
    );
  }

  #checkTransaction(step: Step & { kind: 'transaction' }, left: readonly RawReply[], right: readonly RawReply[]): void {
    const queued: Command[] = [];
    step.commands.forEach((command, i) => {
      const [subject, oracle] = [left[i + 1].reply, right[i + 1].reply];
      this.check(command, subject, oracle, 'transaction');
      if (!isError(oracle)) queued.push(command);
    });
    const [subject, oracle] = [left.at(-1)!.reply, right.at(-1)!.reply];
    if (!isAggregate(subject) || !isAggregate(oracle) || subject.items.length !== oracle.items.length) {
      this.check(EXEC, subject, oracle, 'transaction');
      return;
    }
    oracle.items.forEach((item, i) => {
      if (queued[i] !== undefined) this.checkShape(queued[i], subject.items[i]);
      this.check(queued[i] ?? EXEC, subject.items[i], item, 'transaction');
    });
  }

  /** As many items of the same kind, all among what the key holds, repeated only where the count allows it. */
  #checkChance(command: Command, left: readonly RawReply[], right: readonly RawReply[]): void {
    const [all, subject, oracle] = [right[0].reply, left[1].reply, right[1].reply];
    this.checkShape(command, subject);
    const isSameShape =
      subject.kind === oracle.kind &&
      (!isAggregate(subject) || !isAggregate(oracle) || subject.items.length === oracle.items.length);
    // Scores are printed in two ways by two versions.
    const comparable = command[0].toUpperCase() === 'ZRANDMEMBER' ? numberOrText : (text: string) => text;
    const pool = new Set(leafTexts(all).map(comparable));
    const texts = leafTexts(subject);
    const drawn = texts.map(comparable);
    const isDrawn = isError(oracle)
      ? subject.kind === '-'
      : drawn.every((text) => oracle.kind === 'null' || pool.has(text));
    const isPlainCount = /^\d+$/.test(command[2] ?? '') && command.length === 3;
    const isDistinct = !isPlainCount || new Set(texts).size === texts.length;
    if (isError(oracle)) {
      this.check(command, subject, oracle);
      return;
    }
    this.tally.add(command, oracle);
    if (!isSameShape || !isDrawn || !isDistinct) {
      const expected = `${show(oracle)} or others out of ${show(all)}`;
      const cause = causeOf(command, subject, oracle);
      throw new Found({ command, where: 'chance', subject: show(subject), oracle: expected, cause });
    }
  }

  async scan(command: Command): Promise<void> {
    const { subject, oracle } = this.#pair;
    const [left, right] = await Promise.all([followCursor(subject, command), followCursor(oracle, command)]);
    if (left instanceof BrokenConnection) this.broken(command, left);
    if (right instanceof BrokenConnection) throw right;
    this.check(command, left, right);
  }

  async watch(key: string, command: Command): Promise<void> {
    await this.exchange([['WATCH', key]]);
    await this.exchange([command], otherOf);
    await this.exchange(
      [['MULTI'], ['PING'], EXEC],
      undefined,
      `after WATCH ${key} and ${asCliLine(command)} elsewhere:`,
    );
  }

  async blocked({ before, command, others }: Step & { kind: 'blocked' }): Promise<void> {
    const { subject, oracle } = this.#pair;
    await this.exchange(before);
    const waiting = Promise.all([blockOn(subject, command), blockOn(oracle, command)]);
    const [left, right] = await waiting;
    await this.exchange(others, otherOf, `while another waits in ${asCliLine(command)}:`);
    const unblock = await Promise.all([subject, oracle].map((of) => of.ask('CLIENT', 'UNBLOCK', of.main.id)));
    const [served, expected] = await Promise.all([left.reply, right.reply]);
    if (served instanceof BrokenConnection) this.broken(command, served);
    if (expected instanceof BrokenConnection) throw expected;
    const isServedAlike = this.check(
      command,
      served[0].reply,
      expected[0].reply,
      `served by ${others.map(asCliLine).join('; ')}:`,
    );
    if (isServedAlike) this.check(['CLIENT', 'UNBLOCK'], unblock[0], unblock[1], `after ${asCliLine(command)}:`);
  }

  async dump(key: string): Promise<void> {
    const { subject, oracle } = this.#pair;
    const command: Command = ['DUMP', key];
    const { left, right } = await this.both([command]);
    if (left instanceof BrokenConnection) this.broken(command, left);
    const [mine, theirs] = [left[0].reply, right[0].reply];
    if (mine.kind !== theirs.kind) this.check(command, mine, theirs);
    if (isAggregate(mine) || isAggregate(theirs) || theirs.kind !== '$') return;
    await this.exchange([['RESTORE', 'restored', '0', theirs.text, 'REPLACE']]);
    const own: Command = ['RESTORE', 'restored-own', '0', mine.text, 'REPLACE'];
    const [restored, expected] = await Promise.all([
      subject.main.client.call(...own).catch(asBroken),
      oracle.main.client.call('RESTORE', 'restored-own', '0', theirs.text, 'REPLACE'),
    ]);
    if (restored instanceof BrokenConnection) this.broken(own, restored);
    this.check(own, restored, expected, 'of its own DUMP');
  }

  /** Events are held against each other in order: a key's and, as all came from one stream of commands, all keys'. */
  async events(): Promise<void> {
    const { subject, oracle } = this.#pair;
    const [told, expected] = await Promise.all([subject.takeEvents(), oracle.takeEvents()]);
    if (told === undefined || expected === undefined) return;
    const at = expected.findIndex((event, i) => event !== told[i]);
    const first = at < 0 && told.length > expected.length ? expected.length : at;
    if (first < 0) return;
    const nameOf = (event: string | undefined) => event?.split(' ').at(-1) ?? 'none';
    throw new Found({
      command: ['PSUBSCRIBE', '__keyspace@*'],
      where: `event ${first + 1} since the last comparison`,
      subject: told.slice(first, first + 3).join(', ') || 'none',
      oracle: expected.slice(first, first + 3).join(', ') || 'none',
      cause: `event ${nameOf(told[first])} / ${nameOf(expected[first])}`,
    });
  }

  async state(): Promise<void> {
    await this.events();
    const ask = async (commands: readonly Command[]) => {
      const { left, right } = await this.both(commands, (of) => of.inspector);
      const replies = left instanceof BrokenConnection ? left.replies : left;
      replies.forEach(({ raw, reply }, i) => {
        if (raw !== right[i].raw) this.check(commands[i], reply, right[i].reply, 'state');
      });
      if (left instanceof BrokenConnection) this.broken(commands[replies.length], left);
      return right.map(({ reply }) => reply);
    };
    await readState(ask);
  }

  /** Plays one step that can't go with others. */
  alone(step: Step): Promise<void> {
    switch (step.kind) {
      case 'scan':
        return this.scan(step.command);
      case 'watch':
        return this.watch(step.key, step.command);
      case 'blocked':
        return this.blocked(step);
      case 'dump':
        return this.dump(step.key);
      case 'state':
        return this.state();
      default:
        throw new Error(`a ${step.kind} step goes into a pipeline`);
    }
  }

  /** Sends a run of steps as one pipeline; the index among them at which a difference shows goes into `at`. */
  async together(steps: readonly Step[], at: (index: number) => void): Promise<void> {
    const sent = steps.map(commandsOf);
    const { left, right } = await this.both(sent.flat());
    const replies = left instanceof BrokenConnection ? left.replies : left;
    let from = 0;
    steps.forEach((step, i) => {
      at(i);
      const to = from + sent[i].length;
      if (left instanceof BrokenConnection && to > replies.length) this.broken(sent[i][replies.length - from], left);
      this.checkStep(step, replies.slice(from, to), right.slice(from, to));
      from = to;
    });
  }
}

function asBroken(error: unknown): BrokenConnection {
  if (error instanceof BrokenConnection) return error;
  throw error;
}

/** What a step sends when it goes into a pipeline; undefined for one that doesn't. */
function pipelined(step: Step): readonly Command[] | undefined {
  switch (step.kind) {
    case 'plain':
      return [...(step.before ?? []), step.command];
    case 'transaction':
      return [['MULTI'], ...step.commands, [step.end]];
    case 'chance': {
      const all = readAll(step.command) ?? ['PING'];
      // SPOP leaves two different sets behind: the key goes, so that both are alike again.
      const after: Command[] = step.command[0].toUpperCase() === 'SPOP' ? [['DEL', step.command[1]]] : [];
      return [all, step.command, ...after];
    }
    default:
      return undefined;
  }
}

function commandsOf(step: Step): readonly Command[] {
  const commands = pipelined(step);
  if (commands === undefined) throw new Error(`a ${step.kind} step isn't sent in a pipeline`);
  return commands;
}

function leafTexts(reply: Reply): string[] {
  return isAggregate(reply) ? reply.items.flatMap(leafTexts) : [reply.text];
}

function numberOrText(text: string): string | number {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

const CURSOR_STEPS_MAX = 20_000;

/** Everything a cursor command yields from cursor 0 on, once each and sorted; its error if it answers with one. */
async function followCursor(endpoint: Endpoint, command: Command): Promise<Reply | BrokenConnection> {
  const name = command[0].toUpperCase();
  const isPairs = name === 'ZSCAN' || (name === 'HSCAN' && !command.some((word) => word.toUpperCase() === 'NOVALUES'));
  const found = new Set<string>();
  let cursor = command[cursorIndex(command)];
  for (let i = 0; i < CURSOR_STEPS_MAX; i++) {
    const next = cursor === undefined ? command : command.with(cursorIndex(command), cursor);
    const reply = await endpoint.main.client.call(...next).catch(asBroken);
    if (reply instanceof BrokenConnection || !isAggregate(reply)) return reply;
    const [position, page] = reply.items;
    const items = leafTexts(page);
    for (let j = 0; j < items.length; j += isPairs ? 2 : 1) {
      found.add(isPairs ? `${items[j]}\x00${numberOrText(items[j + 1])}` : items[j]);
    }
    if (isAggregate(position) || position.text === '0') {
      return { kind: '*', items: [...found].sort().map((text): Reply => ({ kind: '$', text })) };
    }
    cursor = position.text;
  }
  return { kind: '-', text: `(the cursor isn't back at 0 after ${CURSOR_STEPS_MAX} calls)` };
}

/** A command waits for shards that are busy before it blocks: moments, on a busy machine longer. */
const BLOCKING_MS_MAX = 10_000;

/** Sends a command and waits until the server says that its client is blocked, or it is answered. */
async function blockOn(endpoint: Endpoint, command: Command) {
  let isAnswered = false;
  const reply = endpoint.main.client
    .pipeline([command])
    .catch(asBroken)
    .finally(() => {
      isAnswered = true;
    });
  const giveUpMs = performance.now() + BLOCKING_MS_MAX;
  while (!isAnswered) {
    const info = await endpoint.ask('INFO', 'clients');
    if ('text' in info && /blocked_clients:[1-9]/.test(info.text)) break;
    if (performance.now() > giveUpMs) throw new Error(`neither answered nor blocked: ${asCliLine(command)}`);
  }
  return { reply };
}

/** Plays steps on both servers from an empty state, up to the first difference. */
export async function play(pair: Pair, settings: readonly Command[], steps: readonly Step[]): Promise<Outcome> {
  await Promise.all([pair.subject.reset(settings), pair.oracle.reset(settings)]);
  const player = new Player(pair);
  let at = 0;
  let harmless: Difference | undefined;
  const outcome = (difference = harmless): Outcome => {
    const { tally, known } = player;
    return { difference, tally, known };
  };
  try {
    for (let from = 0; from < steps.length; ) {
      let to = from;
      while (to < steps.length && to - from < BATCH_STEPS && pipelined(steps[to]) !== undefined) to++;
      at = from;
      if (to > from) {
        const start = from;
        await player.together(steps.slice(from, to), (index) => {
          at = start + index;
        });
      } else await player.alone(steps[to++]);
      from = to;
      if (player.harmless !== undefined) harmless ??= { ...player.harmless, step: to - 1 };
    }
  } catch (error) {
    if (error instanceof BrokenConnection && pair.oracle.crash === undefined) {
      // Broke outside the stream of commands: while it was told to unblock, or for its events.
      const cause = `${steps[at].kind} connection`;
      const subject = pair.subject.crash ?? error.message;
      return outcome({ step: at, command: ['PING'], where: 'another connection', subject, oracle: 'a reply', cause });
    }
    if (!(error instanceof Found)) throw error;
    return outcome({ ...error.difference, step: at });
  }
  return outcome();
}
