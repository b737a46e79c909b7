import { parseArgs } from 'node:util';

export const PARTS = ['load', 'threads', 'memory', 'pauses', 'start'] as const;
export type Part = (typeof PARTS)[number];

/** What is compared: redis-benchmark's list, or what every type of value is asked most. */
export type Table = 'list' | 'types';

/** What fills one page of results. */
export interface Plan {
  readonly table: Table;
  /** For Mayfly; its own choice if not given. */
  readonly transport: string | undefined;
  readonly parts: readonly Part[];
  /** Of the files in results/; if not given the transport's. */
  readonly name: string | undefined;
}

export interface CompareOptions {
  readonly plans: readonly Plan[];
  /** Names of what is measured; empty measures all. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** Fewer requests and keys: for seeing that it works, not for figures to show. */
  readonly quick: boolean;
  /** Whether results/ keeps what is measured. */
  readonly isKept: boolean;
  readonly port: number;
}

export const USAGE = `Usage: npm run bench:compare -- [OPTIONS]
       npm run bench:compare -- --redraw <names>

Measured rows replace those of the same name in results/<name>.json, all others stay, each table telling of when its rows
are. Rows are written as soon as they are measured: a run that is broken off keeps what it has.

 --all            All pages: io_uring with all parts, epoll with load and threads, net with load, and types
 --types          Another table: what every type of value is asked most, and what it takes, small and large
 --transport <t>  Mayfly's transport: io_uring, epoll or net (default: the first that works)
 --only <names>   Measures these alone, by comma: tests as set,get,lrange_100; datasets as strings,expiring,hashes; keys,sort,
                  lrange,growth of the pauses; start; threads. A name that there isn't tells those that there are
 --parts <parts>  Of load,threads,memory,pauses,start; all by default (of types: load,memory; of net no threads)
 --rounds <n>     Rounds, the two servers in turn; medians are told (default 5)
 --quick          Few requests, one round, nothing kept unless --name says where: to try the tool
 --name <name>    Name of the result files (default: the transport, or types)
 --port <n>       The first of two ports that servers take (default 7110)
 --redraw <names> Measures nothing: tables and charts of results by comma, as io_uring,types, from what is kept

Environment:
 MAYFLY_FLAGS     more flags for Mayfly, as '--handoff never'
 MAYFLY_CMD       another command instead of 'node dist/main.js'
`;

const TYPE_PARTS: readonly Part[] = ['load', 'memory'];
/** Memory, pauses and start have little to do with the transport: --all takes them once. */
const ALL: readonly Plan[] = [
  { table: 'list', transport: 'io_uring', parts: PARTS, name: 'io_uring' },
  { table: 'list', transport: 'epoll', parts: ['load', 'threads'], name: 'epoll' },
  { table: 'list', transport: 'net', parts: ['load'], name: 'net' },
  { table: 'types', transport: undefined, parts: TYPE_PARTS, name: 'types' },
];

/** @throws Error that says what is wrong with the arguments */
export function parseCompareOptions(args: string[]): CompareOptions | { readonly redraw: readonly string[] } | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      all: { type: 'boolean', default: false },
      types: { type: 'boolean', default: false },
      transport: { type: 'string' },
      only: { type: 'string', default: '' },
      parts: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      name: { type: 'string' },
      port: { type: 'string', default: '7110' },
      redraw: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.redraw !== undefined) return { redraw: words(values.redraw) };
  if (values.all && (values.types || values.transport !== undefined || values.name !== undefined))
    throw new Error('--all says itself which table, transport and name');
  return {
    plans: plansOf(values),
    only: words(values.only),
    rounds: positive('--rounds', values.rounds ?? (values.quick ? '1' : '5')),
    quick: values.quick,
    isKept: !values.quick || values.name !== undefined,
    port: positive('--port', values.port),
  };
}

interface PlanValues {
  readonly all: boolean;
  readonly types: boolean;
  readonly transport?: string;
  readonly parts?: string;
  readonly name?: string;
}

function plansOf({ all, types, transport, parts: wanted, name }: PlanValues): Plan[] {
  const plans: readonly Plan[] = all
    ? ALL
    : [
        types
          ? { table: 'types', transport, parts: TYPE_PARTS, name: name ?? 'types' }
          : {
              table: 'list',
              transport,
              parts: PARTS.filter((part) => part !== 'threads' || transport !== 'net'),
              name,
            },
      ];
  if (wanted === undefined) return [...plans];
  const possible = new Set<string>(plans.flatMap(({ parts }) => parts));
  const strange = words(wanted).filter((part) => !possible.has(part));
  if (strange.length > 0) throw new Error(`no such part: ${strange.join(', ')}`);
  return plans
    .map((plan) => ({ ...plan, parts: plan.parts.filter((part) => words(wanted).includes(part)) }))
    .filter(({ parts }) => parts.length > 0);
}

function words(text: string): string[] {
  return text.toLowerCase().split(',').filter(Boolean);
}

function positive(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${flag} wants a number from 1 up, not '${text}'`);
  return number;
}
