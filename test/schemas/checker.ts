/** Holds replies against their schemas, and knows which of a schema's alternatives were seen. */
import { Ajv, type ValidateFunction } from 'ajv';
import { isAggregate, isError, type Reply, show } from '../support/resp.ts';
import { arrayReplies } from './replies/arrays.ts';
import { dataReplies } from './replies/data.ts';
import { serverReplies } from './replies/server.ts';
import { streamReplies } from './replies/streams.ts';
import type { ReplySchemas, Schema } from './shapes.ts';

export const replySchemas: ReplySchemas = { ...dataReplies, ...streamReplies, ...arrayReplies, ...serverReplies };

/** A RESP3 reply as JSON Schema sees it: maps as objects, sets as arrays, infinite doubles as numbers. */
function plainOf(reply: Reply): unknown {
  if (isAggregate(reply)) {
    if (reply.kind !== '%') return reply.items.map(plainOf);
    const fields: [string, unknown][] = [];
    for (let i = 0; i < reply.items.length; i += 2) fields.push([textOf(reply.items[i]), plainOf(reply.items[i + 1])]);
    return Object.fromEntries(fields);
  }
  switch (reply.kind) {
    case 'null':
      return null;
    case ':':
      return Number(reply.text);
    case ',':
      return doubleOf(reply.text);
    case '#':
      return reply.text === 't';
    default:
      return reply.text;
  }
}

const textOf = (reply: Reply): string => (isAggregate(reply) ? '' : reply.text);

function doubleOf(text: string): number {
  if (text === 'nan') return Number.NaN;
  return /^-?inf$/.test(text) ? Number(text.replace('inf', 'Infinity')) : Number(text);
}

/** A schema's alternatives, taken apart as far as they go: of a list of alternatives the list is one. */
const alternativesOf = (schema: Schema): readonly Schema[] => schema.anyOf?.flatMap(alternativesOf) ?? [schema];

interface Alternative {
  readonly schema: Schema;
  readonly isValid: ValidateFunction;
  seen: number;
}

export class ReplyChecker {
  // Infinity is a number to Redis. What the schemas leave open is open.
  readonly #ajv = new Ajv({ strict: false, strictNumbers: false });
  readonly #alternatives = new Map<string, readonly Alternative[]>();
  checked = 0;

  /** What is wrong with the reply of a command, or undefined; errors are right unless they tell of a bug. */
  fault(name: string, reply: Reply): string | undefined {
    if (isError(reply)) return textOf(reply).startsWith('ERR internal error') ? `${name} failed` : undefined;
    const alternatives = this.#of(name);
    if (alternatives === undefined) return `${name} has no schema`;
    this.checked++;
    const value = plainOf(reply);
    const fitting = alternatives.filter(({ isValid }) => isValid(value));
    for (const alternative of fitting) alternative.seen++;
    if (fitting.length > 0) return undefined;
    const wrong = alternatives
      .flatMap(({ isValid }) => isValid.errors ?? [])
      .map(({ instancePath, message }) => `${instancePath} ${message}`);
    return `${name} answered ${show(reply)}: ${[...new Set(wrong)].join('; ')}`;
  }

  /** Alternatives of these commands' schemas that no reply has matched, as JSON. */
  unseen(names: Iterable<string>): string[] {
    return [...names].flatMap((name) =>
      (this.#of(name) ?? []).filter(({ seen }) => seen === 0).map(({ schema }) => `${name} ${JSON.stringify(schema)}`),
    );
  }

  #of(name: string): readonly Alternative[] | undefined {
    const known = this.#alternatives.get(name);
    const schema = replySchemas[name];
    if (known !== undefined || schema === undefined) return known;
    const made = alternativesOf(schema).map((alternative) => ({
      schema: alternative,
      isValid: this.#ajv.compile(alternative),
      seen: 0,
    }));
    this.#alternatives.set(name, made);
    return made;
  }
}
