/**
 * Words for the shapes that replies have in RESP3, each a JSON schema. A bulk string, a simple string and a verbatim
 * string are all `text`; a set is a list; a map is an object with its keys as text.
 */

type JsonType = 'integer' | 'number' | 'string' | 'boolean' | 'null' | 'array' | 'object';

/** What of JSON Schema (draft 7) the shapes are made of. */
export interface Schema {
  readonly type?: JsonType | readonly JsonType[];
  readonly const?: string | number;
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly pattern?: string;
  readonly items?: Schema | readonly Schema[];
  readonly additionalItems?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly required?: readonly string[];
  readonly $ref?: string;
}

/** Command, subcommands by `CONTAINER SUBCOMMAND` → shape of its replies that are no errors. */
export type ReplySchemas = Readonly<Record<string, Schema>>;

export const anything: Schema = {};
export const nil: Schema = { type: 'null' };
export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const integer: Schema = { type: 'integer' };
export const is = (value: string | number): Schema => ({ const: value });
export const matching = (pattern: RegExp): Schema => ({ type: 'string', pattern: pattern.source });
export const integerFrom = (minimum: number): Schema => ({ type: 'integer', minimum });
export const or = (...anyOf: Schema[]): Schema => ({ anyOf });
export const orNil = (schema: Schema): Schema => or(schema, nil);
export const oneOf = (...values: (string | number)[]): Schema => or(...values.map(is));

/** How many of something. */
export const count = integerFrom(0);
export const flag = oneOf(0, 1);
/** Of 64 bits without a sign: a big number from 2^63 on. */
export const unsigned: Schema = { type: ['integer', 'string'], minimum: 0, pattern: /^\d{19,20}$/.source };
export const OK = is('OK');
export const streamId = matching(/^\d+-\d+$/);

export const list = (items: Schema): Schema => ({ type: 'array', items });
export const some = (items: Schema): Schema => ({ type: 'array', items, minItems: 1 });
export const empty: Schema = { type: 'array', maxItems: 0 };
/** No item twice, in whatever order. */
export const setOf = (items: Schema): Schema => ({ type: 'array', items, uniqueItems: true });
export const tuple = (...items: Schema[]): Schema => ({
  type: 'array',
  items,
  minItems: items.length,
  maxItems: items.length,
});
/** At least the first, then up to `most` items in all. */
export const upTo = (most: number, first: readonly Schema[], more: Schema): Schema => ({
  type: 'array',
  items: first,
  additionalItems: more,
  minItems: first.length,
  maxItems: most,
});

export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
/** A map with these keys and no others, all there but the `optional` ones. */
export const record = (
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});
/** The whole schema again, inside itself. */
export const recursion: Schema = { $ref: '#' };
