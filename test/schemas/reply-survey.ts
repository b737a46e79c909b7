/** Sends every command of a server's table over RESP3, in many forms, and holds each reply against its schema. */
import { Dice } from '../differential/dice.ts';
import { CommandGenerator, isSent } from '../differential/generate.ts';
import { type Grammar, nameIn, readGrammar } from '../differential/grammar.ts';
import { asCliLine, type Command, isAggregate } from '../support/resp.ts';
import { BrokenConnection, RespClient } from '../support/resp-client.ts';
import { ReplyChecker } from './checker.ts';
import { forms, fullKeys, fullStreamIds } from './forms.ts';

/** Of the commands made anew each round: some keys are empty by then, others hold what earlier ones left. */
const FORMS_A_ROUND = 2;

export interface Survey {
  /** Every command of the table, subcommands by `CONTAINER SUBCOMMAND`. */
  readonly commands: readonly string[];
  /** How many replies that are no errors each command gave. */
  readonly answered: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
  readonly checker: ReplyChecker;
}

class Surveyor {
  readonly checker = new ReplyChecker();
  readonly answered = new Map<string, number>();
  readonly faults = new Set<string>();
  readonly #grammar: Grammar;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
  }

  async send(client: RespClient, commands: readonly Command[]): Promise<void> {
    const replies = await client.pipeline(commands).catch((error: unknown) => {
      if (!(error instanceof BrokenConnection)) throw error;
      throw new Error(`${error.message}: ${asCliLine(commands[error.replies.length])}`, { cause: error });
    });
    replies.forEach(({ reply }, i) => {
      const name = nameIn(this.#grammar, commands[i]);
      const before = this.checker.checked;
      const fault = this.checker.fault(name, reply);
      if (fault !== undefined) this.faults.add(`${asCliLine(commands[i])} → ${fault}`);
      if (this.checker.checked > before) this.answered.set(name, (this.answered.get(name) ?? 0) + 1);
    });
  }

  /** What DUMP gives goes into RESTORE. */
  async sendPayloads(client: RespClient): Promise<void> {
    await client.pipeline(fullKeys);
    for (const key of ['s1', 'l1', 'h1', 't1', 'z1', 'x1']) {
      await this.send(client, [['DUMP', key]]);
      const payload = await client.call('DUMP', key);
      const text = isAggregate(payload) ? '' : payload.text;
      await this.send(client, [
        ['RESTORE', key, '0', text, 'REPLACE'],
        ['RESTORE-ASKING', key, '0', text, 'REPLACE', 'IDLETIME', '5'],
      ]);
    }
  }

  /** From one database of the server to another. */
  async sendMigrations(client: RespClient, port: number): Promise<void> {
    for (const key of ['s1', 's1']) await this.send(client, [['MIGRATE', '127.0.0.1', `${port}`, key, '1', '5000']]);
  }
}

async function connect(port: number): Promise<RespClient> {
  const client = await RespClient.open(port);
  await client.call('HELLO', '3');
  return client;
}

/** @param rounds how often all commands are sent in random forms; every other time to a server without keys */
export async function surveyReplies(port: number, rounds: number, seed: number): Promise<Survey> {
  const client = await connect(port);
  const grammar = await readGrammar(client);
  const surveyor = new Surveyor(grammar);
  for (const sequence of forms) {
    const own = await connect(port);
    await surveyor.send(own, sequence);
    own.close();
  }
  await surveyor.sendPayloads(client);
  await surveyor.sendMigrations(client, port);
  const dice = new Dice(seed);
  const sent = [...grammar.values()].filter(({ name }) => isSent(name));
  for (let round = 0; round < rounds; round++) {
    const episode = {
      lastStreamMs: fullStreamIds.length,
      streamIds: [...fullStreamIds],
      firstStreamMs: 0,
      integerShare: dice.pick([0.1, 0.5]),
      nowMs: Date.now(),
    };
    const generator = new CommandGenerator(grammar, new Set(), episode, dice.fork(round));
    await client.pipeline([['SELECT', '0'], ['FLUSHALL'], ...(round % 4 === 0 ? [] : fullKeys)]);
    for (let i = 0; i < FORMS_A_ROUND; i++) {
      const commands = dice.shuffled(sent).map((syntax) => generator.form(syntax));
      await surveyor.send(
        client,
        commands.filter((command) => command !== undefined),
      );
    }
  }
  client.close();
  const { answered, faults, checker } = surveyor;
  return { commands: [...grammar.keys(), 'COMMAND'], answered, faults: [...faults], checker };
}
