import { parseArgs } from 'node:util';

export const PARTS = ['load', 'memory', 'pauses', 'start'] as const;
export type Part = (typeof PARTS)[number];
const TYPE_PARTS: readonly Part[] = ['load', 'memory'];

/** What is compared: redis-benchmark's list, or what every type of value is asked most. */
export type Table = 'list' | 'types';

export interface CompareOptions {
  readonly table: Table;
  /** Scenario names to run; empty runs them all. */
  readonly only: readonly string[];
  readonly parts: readonly Part[];
  readonly rounds: number;
  /** Fewer requests and keys: for seeing that it works, not for figures to show. */
  readonly quick: boolean;
  /** For Mayfly; its own choice if not given. */
  readonly transport: string | undefined;
  /** Name of the files in results/; if not given that of the transport, or `types`. */
  readonly name: string | undefined;
  readonly port: number;
}

export const USAGE = `Usage: npm run bench:compare -- [OPTIONS]

 --types          Another table: what every type of value is asked most, and what it takes, small and large
 --transport <t>  Mayfly's transport: io_uring, epoll or net (default: the first that works)
 --only <names>   Scenarios by comma, as set,get,lrange_100; those of memory: strings,expiring,hashes,zsets,lists,sets
 --parts <parts>  Of load,memory,pauses,start; all by default (of types: load,memory)
 --rounds <n>     Rounds, the two servers in turn; medians are told (default 5)
 --quick          Few requests, one round: to try the tool
 --name <name>    Name of the result files (default: the transport, or types)
 --port <n>       Mayfly's port; redis-server takes the next (default 7110)

Environment:
 MAYFLY_FLAGS     more flags for Mayfly, as '--handoff never'
 MAYFLY_CMD       another command instead of 'node dist/main.js'
`;

/** @throws Error that says what is wrong with the arguments */
export function parseCompareOptions(args: string[]): CompareOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      types: { type: 'boolean', default: false },
      transport: { type: 'string' },
      only: { type: 'string', default: '' },
      parts: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      name: { type: 'string' },
      port: { type: 'string', default: '7110' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const possible: readonly string[] = values.types ? TYPE_PARTS : PARTS;
  const parts = values.parts === undefined ? [...possible] : words(values.parts);
  const strange = parts.filter((part) => !possible.includes(part));
  if (strange.length > 0) throw new Error(`no such part: ${strange.join(', ')}`);
  return {
    table: values.types ? 'types' : 'list',
    transport: values.transport,
    only: words(values.only),
    parts: parts as Part[],
    rounds: positive('--rounds', values.rounds ?? (values.quick ? '1' : '5')),
    quick: values.quick,
    name: values.name ?? (values.types ? 'types' : undefined),
    port: positive('--port', values.port),
  };
}

function words(text: string): string[] {
  return text.toLowerCase().split(',').filter(Boolean);
}

function positive(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${flag} wants a number from 1 up, not '${text}'`);
  return number;
}
