/**
 * MIGRATE, between two looks at the keys (commands/migrate-data.ts). Redis stands still while it sends; here everybody
 * goes on, and a key that has changed meanwhile is sent once more instead of being dropped. So at any moment a key is at
 * the source, or the target has all that the source ever answered for it.
 */
import { migrateCollect, migrateDrop } from '../commands/migrate-data.ts';
import type { Errands } from './errands.ts';
import { CONNECT_FAILED, MigrationTarget } from './migration-target.ts';
import type { Pause } from './pause.ts';

/** A key that changes so often that it can't be caught is left where it is. */
const ROUNDS_MAX = 10;
/** An idle connection to another server is kept for so long. */
const KEPT_MS = 10_000;
const KEPT_MAX = 64;

export interface MigrationOrder {
  readonly host: string;
  readonly port: number;
  /** Here. */
  readonly db: number;
  /** There, as it was written. */
  readonly targetDb: string;
  readonly timeoutMs: number;
  readonly copies: boolean;
  readonly replaces: boolean;
  /** AUTH's arguments: none, a password, or a user and a password. */
  readonly credentials: readonly Buffer[];
  readonly keys: readonly Buffer[];
}

/** A key as it was when it was sent. */
interface SentKey {
  readonly key: Buffer;
  readonly checksum: string;
  readonly deadline: string;
}

export class Migrations {
  private readonly errands: Errands;
  private readonly pause: Pause;
  private readonly idle = new Map<string, { target: MigrationTarget; timer: NodeJS.Timeout }>();

  constructor(errands: Errands, pause: Pause) {
    this.errands = errands;
    this.pause = pause;
  }

  /** Connections kept for another migration. */
  get idleCount(): number {
    return this.idle.size;
  }

  /** @returns the reply: `+OK`, `+NOKEY`, or an error, without its line end */
  async run(order: MigrationOrder): Promise<string> {
    const kept = this.takeIdle(order);
    const outcome = await new Migration(order, this.errands, this.pause).run(kept);
    const { target } = outcome;
    if (target?.isAlive && outcome.mayBeKept) this.keep(order, target);
    else target?.close();
    return outcome.reply;
  }

  private takeIdle(order: MigrationOrder): MigrationTarget | undefined {
    const name = nameOf(order);
    const found = this.idle.get(name);
    this.idle.delete(name);
    clearTimeout(found?.timer);
    if (found?.target.isAlive) return found.target;
    return undefined;
  }

  private keep(order: MigrationOrder, target: MigrationTarget): void {
    const name = nameOf(order);
    if (this.idle.has(name) || this.idle.size >= KEPT_MAX) return target.close();
    const forget = () => {
      this.idle.delete(name);
      target.close();
    };
    const timer = setTimeout(forget, KEPT_MS);
    timer.unref();
    target.rest();
    this.idle.set(name, { target, timer });
  }
}

/** Whoever logs in otherwise gets a connection of its own. */
const nameOf = ({ host, port, credentials }: MigrationOrder): string =>
  `${host}:${port} ${credentials.map((word) => word.toString('latin1')).join(' ')}`;

interface Outcome {
  readonly reply: string;
  readonly target: MigrationTarget | undefined;
  readonly mayBeKept: boolean;
}

class Migration {
  private readonly order: MigrationOrder;
  private readonly errands: Errands;
  private readonly pause: Pause;
  private target: MigrationTarget | undefined;
  /** The first error that the target answered with. */
  private refusal = '';
  /** What became of the connection. */
  private failure = '';

  constructor(order: MigrationOrder, errands: Errands, pause: Pause) {
    this.order = order;
    this.errands = errands;
    this.pause = pause;
  }

  async run(kept: MigrationTarget | undefined): Promise<Outcome> {
    this.target = kept;
    const reply = await this.rounds();
    return { reply, target: this.target, mayBeKept: this.failure === '' && this.refusal === '' };
  }

  private async rounds(): Promise<string> {
    let left = this.order.keys;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      // What the first round sent is the target's only by our doing.
      const collected = await this.collect(left, round > 0 || this.order.replaces);
      if (typeof collected === 'string') return collected;
      if (round === 0 && collected.sent.length === 0) return '+NOKEY';
      // A key that is gone by now the target has by our doing; at first it is none of ours.
      const arrived = await this.send(round === 0 ? { ...collected, gone: [] } : collected);
      if (typeof arrived === 'string') return arrived;
      const changed = this.order.copies ? [] : await this.drop(arrived);
      if (this.failure !== '') return `-${this.failure}`;
      if (this.refusal !== '') return `-ERR Target instance replied with error: ${this.refusal}`;
      if (changed.length === 0) return '+OK';
      left = changed;
    }
    return `-ERR ${left.length} of the keys changed again and again while they were sent: they are kept, and the target has an older copy`;
  }

  /** Serializes the keys. @returns an error reply if that can't be done */
  private async collect(keys: readonly Buffer[], replaces: boolean): Promise<Collected | string> {
    const words = [Buffer.from(replaces ? 'REPLACE' : 'NEW'), ...keys];
    const reply = await this.errands.run(migrateCollect, this.order.db, words);
    return parseCollected(reply, keys);
  }

  /** @returns the keys that the target has taken, or an error reply if there is no target */
  private async send({ sent, gone, commands }: Collected): Promise<SentKey[] | string> {
    const wasKept = this.target !== undefined;
    this.target ??= await this.open();
    if (this.target === undefined) return `-${CONNECT_FAILED}`;
    let answers = await this.sendThrough(this.target, commands, gone, sent.length);
    // A connection that was kept may have been closed by the target long ago.
    if (wasKept && answers.failure !== '' && answers.lines.length === 0) {
      this.target.close();
      this.target = await this.open();
      if (this.target === undefined) return `-${CONNECT_FAILED}`;
      answers = await this.sendThrough(this.target, commands, gone, sent.length);
    }
    this.failure = answers.failure;
    const { lines, before } = answers;
    const refused = lines.find((line) => line.startsWith('-'));
    if (refused !== undefined) {
      this.refusal = refused.slice(1);
      this.target.db = -1;
    }
    // Where logging in or choosing the database failed, RESTORE went astray, whatever it answered.
    if (lines.slice(0, before).some((line) => line.startsWith('-'))) return [];
    return onceEach(sent.filter((_, index) => lines[before + gone.length + index]?.startsWith('+')));
  }

  private open(): Promise<MigrationTarget | undefined> {
    const { host, port, timeoutMs } = this.order;
    return MigrationTarget.open(host, port, timeoutMs);
  }

  private async sendThrough(target: MigrationTarget, commands: Buffer, gone: readonly Buffer[], count: number) {
    const { credentials, targetDb, timeoutMs } = this.order;
    const before: Buffer[] = [];
    if (credentials.length > 0) before.push(encode('AUTH', ...credentials));
    if (target.db !== Number(targetDb)) before.push(encode('SELECT', targetDb));
    target.db = Number(targetDb);
    const bytes = Buffer.concat([...before, ...gone.map((key) => encode('DEL', key)), commands]);
    const answers = await target.send(bytes, before.length + gone.length + count, timeoutMs);
    return { ...answers, before: before.length };
  }

  /** Drops what has not changed. @returns the keys that have */
  private async drop(arrived: readonly SentKey[]): Promise<Buffer[]> {
    if (arrived.length === 0) return [];
    // One that began meanwhile holds for keys that are sent already, too.
    await this.pause.over();
    const words = arrived.flatMap(({ key, checksum, deadline }) => [key, Buffer.from(checksum), Buffer.from(deadline)]);
    const reply = (await this.errands.run(migrateDrop, this.order.db, words)).toString('latin1');
    if (reply.startsWith('-')) {
      this.refusal = reply.slice(1).trimEnd();
      return [];
    }
    const dropped = reply.split('\r\n');
    return arrived.filter((_, index) => dropped[index] !== ':1').map(({ key }) => key);
  }
}

/** A client may name a key twice. */
const onceEach = (keys: readonly SentKey[]): SentKey[] => [
  ...new Map(keys.map((each) => [each.key.toString('latin1'), each])).values(),
];

interface Collected {
  readonly sent: readonly SentKey[];
  /** Keys that are not there. */
  readonly gone: readonly Buffer[];
  /** A RESTORE for each of `sent`. */
  readonly commands: Buffer;
}

/** See commands/migrate-data.ts. @returns the reply itself if it is an error */
function parseCollected(reply: Buffer, keys: readonly Buffer[]): Collected | string {
  if (reply[0] === 45) return reply.toString('latin1').trimEnd();
  const bytes = Number(reply.toString('latin1', reply.lastIndexOf(':') + 1).trimEnd());
  const lines = reply.toString('latin1', bytes).split('\r\n');
  const sent: SentKey[] = [];
  const gone: Buffer[] = [];
  for (const [index, key] of keys.entries()) {
    const [checksum, deadline] = lines[index].slice(1).split(' ');
    if (checksum === '') gone.push(key);
    else sent.push({ key, checksum, deadline });
  }
  return { sent, gone, commands: reply.subarray(0, bytes) };
}

function encode(...words: readonly (string | Buffer)[]): Buffer {
  const parts = words.map((word) => {
    const bytes = Buffer.from(word as string);
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
  });
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}
