/**
 * A command is declared beside its code; everything else follows from the declaration: arity, key positions, routing,
 * flags, ACL categories, COMMAND INFO and DOCS, whether it may be handed to a worker.
 */
import type { Context } from './context.ts';
import { type KeySpec, parseKeySpecs } from './key-specs.ts';
import { type Argument, arityOf, parseSyntax } from './syntax.ts';

export type Group =
  | 'string'
  | 'list'
  | 'set'
  | 'sorted-set'
  | 'hash'
  | 'stream'
  | 'array'
  | 'bitmap'
  | 'hyperloglog'
  | 'geo'
  | 'generic'
  | 'connection'
  | 'server'
  | 'transactions'
  | 'pubsub'
  | 'scripting'
  | 'cluster'
  | 'module';

export interface CommandSpec {
  /** In capitals; a subcommand as `CONFIG|GET`. */
  name: string;
  since: string;
  group: Group;
  complexity: string;
  /** One sentence in our own words. */
  summary: string;
  /** See syntax.ts. Empty for a command without arguments. */
  syntax: string;
  /** See key-specs.ts. */
  keys?: string;
  /** Redis' command flags, in COMMAND INFO's names, separated by spaces. */
  flags?: string;
  /** ACL categories beyond those that flags and group imply, without `@`. */
  categories?: string;
  /** Command tips, separated by spaces. */
  tips?: string;
  /** For the server's own use, not for clients: COMMAND DOCS flags it `syscmd`. */
  system?: boolean;
  deprecatedSince?: string;
  replacedBy?: string;
  /** [version, what changed], in our own words. */
  history?: readonly (readonly [string, string])[];
  /**
   * Which shards the command needs locked.
   *
   *     keys         those of its keys (the default when it has `keys`)
   *     none         none: the I/O thread runs it (the default otherwise)
   *     all          every shard
   *     each         one after the other: it calls `ctx.inShard`; a worker then lets others in between
   */
  scope?: 'keys' | 'none' | 'all' | 'each';
  /** The shards beyond those of its keys, when keys are named in data (SORT … BY): a bit mask, −1 for all. */
  extraShards?: (ctx: Context) => number;
  /**
   * The command needs its connection as well as its shards, so it never goes to a worker; if a shard is busy, it waits.
   * Commands of flag `blocking` are such without saying so.
   */
  staysHere?: boolean;
  /** For a command of flag `blocking`: whether, said like this, it never waits, so that it can go to a worker like others. */
  neverWaits?: (ctx: Context) => boolean;
  /** No client can name it: another command passes its words on to it. */
  internal?: boolean;
  /** Arity where the syntax doesn't give it. */
  arity?: number;
  run: (ctx: Context) => void;
}

export const FLAG_WRITE = 1;
export const FLAG_READONLY = 2;
export const FLAG_DENYOOM = 4;
export const FLAG_FAST = 8;
export const FLAG_BLOCKING = 16;
export const FLAG_ADMIN = 32;
export const FLAG_NOSCRIPT = 64;
export const FLAG_PUBSUB = 128;
export const FLAG_NO_MULTI = 256;
export const FLAG_LOADING = 512;
export const FLAG_NO_AUTH = 1024;
export const FLAG_MOVABLE_KEYS = 2048;
export const FLAG_STALE = 4096;
/** Writes nothing itself, but what it does may be news to a replica: PUBLISH, PFCOUNT, scripts. COMMAND INFO hides it. */
export const FLAG_MAY_REPLICATE = 8192;
const HIDDEN_FLAG = 'may_replicate';

const FLAG_BITS: Record<string, number> = {
  write: FLAG_WRITE,
  readonly: FLAG_READONLY,
  denyoom: FLAG_DENYOOM,
  fast: FLAG_FAST,
  blocking: FLAG_BLOCKING,
  admin: FLAG_ADMIN,
  noscript: FLAG_NOSCRIPT,
  pubsub: FLAG_PUBSUB,
  no_multi: FLAG_NO_MULTI,
  loading: FLAG_LOADING,
  no_auth: FLAG_NO_AUTH,
  movablekeys: FLAG_MOVABLE_KEYS,
  stale: FLAG_STALE,
  [HIDDEN_FLAG]: FLAG_MAY_REPLICATE,
};

export const SCOPE_NONE = 0;
/** One key at a fixed place: nearly every command. */
export const SCOPE_ONE_KEY = 1;
export const SCOPE_KEYS = 2;
export const SCOPE_ALL = 3;
export const SCOPE_EACH = 4;

export class Command {
  readonly spec: CommandSpec;
  /** As in replies and statistics: `get`, `config|get`. */
  readonly name: string;
  readonly arity: number;
  readonly flags: number;
  readonly flagNames: readonly string[];
  readonly keySpecs: readonly KeySpec[];
  readonly scope: number;
  /** Word of the only key, when scope is SCOPE_ONE_KEY. */
  readonly keyIndex: number;
  readonly run: (ctx: Context) => void;
  /** Only its I/O thread can run it; see CommandSpec. */
  readonly staysHere: boolean;
  readonly subcommands = new Map<string, Command>();
  /** Whether there are any: asked of every command that runs. */
  hasSubcommands = false;
  /** The command whose subcommand this is. */
  parent: Command | undefined = undefined;
  /** Place in the registry and in statistics. */
  id = -1;
  private parsedSyntax: Argument[] | undefined;

  constructor(spec: CommandSpec) {
    this.spec = spec;
    this.name = spec.name.toLowerCase();
    this.run = spec.run;
    const flagNames = spec.flags === undefined || spec.flags === '' ? [] : spec.flags.split(' ');
    this.flagNames = flagNames.filter((name) => name !== HIDDEN_FLAG);
    this.flags = flagNames.reduce((bits, name) => bits | (FLAG_BITS[name] ?? 0), 0);
    this.keySpecs = parseKeySpecs(spec.keys ?? '');
    this.arity = spec.arity ?? arityOf(spec.name.split('|').length, this.arguments);
    this.scope = this.scopeOf(spec);
    this.staysHere = spec.staysHere === true || (this.flags & FLAG_BLOCKING) !== 0;
    const begin = this.keySpecs[0]?.begin;
    this.keyIndex = begin !== undefined && 'index' in begin ? begin.index : 0;
  }

  get arguments(): Argument[] {
    this.parsedSyntax ??= parseSyntax(this.spec.syntax);
    return this.parsedSyntax;
  }

  get isWrite(): boolean {
    return (this.flags & FLAG_WRITE) !== 0;
  }

  private scopeOf(spec: CommandSpec): number {
    if (spec.scope === 'all') return SCOPE_ALL;
    if (spec.scope === 'each') return SCOPE_EACH;
    if (spec.scope === 'keys' && this.keySpecs.length === 0) return SCOPE_KEYS;
    if (spec.scope === 'none' || this.keySpecs.length === 0) return SCOPE_NONE;
    const [{ begin, find }] = this.keySpecs;
    const single =
      this.keySpecs.length === 1 &&
      begin !== undefined &&
      'index' in begin &&
      find !== undefined &&
      'lastKey' in find &&
      find.lastKey === 0 &&
      spec.extraShards === undefined;
    return single ? SCOPE_ONE_KEY : SCOPE_KEYS;
  }
}

/** Declares a command. */
export const command = (spec: CommandSpec): Command => new Command(spec);
