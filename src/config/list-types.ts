import { byteStringOfText, textOfByteString } from './byte-string.ts';
import { quoteArgument } from './line.ts';
import { parseLenient, parseMemory, shortMemory } from './number-types.ts';
import { ConfigRefusal } from './refusal.ts';
import { describeSystemError } from './system-error.ts';
import type { ParseContext, Setting, ValueType } from './value-type.ts';

/** Save after `seconds` if at least `changes` keys changed. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

/** `seconds changes` pairs. While the server starts, each further line adds to the ones before; "" clears them. */
export const savePoints: ValueType<readonly SavePoint[]> = {
  description: 'pairs of seconds and changes, or "" for never',
  takesSeveral: true,
  parse(args, context) {
    const cleared = args.length === 1 && args[0] === '';
    const numbers = cleared ? [] : args.map(parseLenient);
    if (numbers.length % 2 !== 0) throw new ConfigRefusal('Invalid save parameters');
    const points: SavePoint[] = context.repeated && !cleared ? [...(context.current?.value ?? [])] : [];
    for (let i = 0; i < numbers.length; i += 2) {
      const [seconds, changes] = [numbers[i], numbers[i + 1]];
      if (seconds === undefined || changes === undefined || seconds < 1n || changes < 0n) {
        throw new ConfigRefusal('Invalid save parameters');
      }
      points.push({ seconds: Number(seconds), changes: Number(changes) });
    }
    return { value: points, text: points.map(({ seconds, changes }) => `${seconds} ${changes}`).join(' ') };
  },
  toLines({ value }) {
    return value.length === 0 ? ['""'] : value.map(({ seconds, changes }) => `${seconds} ${changes}`);
  },
};

/** How much may wait to be sent to a client: `hardBytes` at any time, `softBytes` for `softSeconds`. 0 is no limit. */
export interface OutputBufferLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

const CLIENT_CLASSES = ['normal', 'replica', 'pubsub'] as const;
export type ClientClass = (typeof CLIENT_CLASSES)[number];
export type OutputBufferLimits = Readonly<Record<ClientClass, OutputBufferLimit>>;

const NO_LIMIT: OutputBufferLimit = { hardBytes: 0, softBytes: 0, softSeconds: 0 };
const NO_LIMITS: OutputBufferLimits = { normal: NO_LIMIT, replica: NO_LIMIT, pubsub: NO_LIMIT };

/** Classes that aren't named keep their limits. */
export const outputBufferLimits: ValueType<OutputBufferLimits> = {
  description: 'groups of class (`normal`, `replica`, `pubsub`), hard limit, soft limit, soft seconds',
  takesSeveral: true,
  parse(args, context) {
    if (args.length % 4 !== 0) throw new ConfigRefusal('Wrong number of arguments in buffer limit configuration.');
    const limits: Record<ClientClass, OutputBufferLimit> = { ...NO_LIMITS, ...context.current?.value };
    for (let i = 0; i < args.length; i += 4) {
      const clientClass = findClientClass(args[i]);
      const [hard, soft, seconds] = [parseMemory(args[i + 1]), parseMemory(args[i + 2]), parseLenient(args[i + 3])];
      if (clientClass === undefined) {
        throw new ConfigRefusal('Invalid client class specified in buffer limit configuration.');
      }
      if (hard === undefined || soft === undefined || seconds === undefined || seconds < 0n) {
        throw new ConfigRefusal('Error in hard, soft or soft_seconds setting in buffer limit configuration.');
      }
      limits[clientClass] = { hardBytes: Number(hard), softBytes: Number(soft), softSeconds: Number(seconds) };
    }
    return { value: limits, text: CLIENT_CLASSES.map((each) => formatLimit(each, limits[each], String)).join(' ') };
  },
  toLines({ value }, initial) {
    return CLIENT_CLASSES.map((each) => formatLimit(each, value[each], shortMemory)).filter((line, i) => {
      return line !== formatLimit(CLIENT_CLASSES[i], initial.value[CLIENT_CLASSES[i]], shortMemory);
    });
  },
};

function findClientClass(word: string): ClientClass | undefined {
  const wanted = word.toLowerCase();
  return wanted === 'slave' ? 'replica' : CLIENT_CLASSES.find((each) => each === wanted);
}

/** CONFIG GET and Redis' own files still say `slave`, and old clients look for it. */
function formatLimit(clientClass: ClientClass, limit: OutputBufferLimit, bytes: (value: bigint) => string): string {
  const name = clientClass === 'replica' ? 'slave' : clientClass;
  return `${name} ${bytes(BigInt(limit.hardBytes))} ${bytes(BigInt(limit.softBytes))} ${limit.softSeconds}`;
}

const BIND_ADDRESSES_MAX = 16;

/** Addresses to listen on; a leading `-` means that it is no error if the address isn't there. "" is none at all. */
export const addresses: ValueType<readonly string[]> = {
  description: `up to ${BIND_ADDRESSES_MAX} addresses`,
  takesSeveral: true,
  parse(args) {
    if (args.length > BIND_ADDRESSES_MAX) throw new ConfigRefusal('Too many bind addresses specified.');
    const value = args.length === 1 && args[0] === '' ? [] : [...args];
    return { value, text: value.join(' ') };
  },
  toLines: ({ text }) => [text === '' ? '""' : text],
};

const OOM_SCORES = 3;

/** Scores for a master, a replica and a background child. */
export const oomScores: ValueType<readonly number[]> = {
  description: 'three integers, -2000 to 2000',
  takesSeveral: true,
  parse(args) {
    if (args.length !== OOM_SCORES) throw new ConfigRefusal('wrong number of arguments');
    const value = args.map((argument) => {
      const score = parseLenient(argument);
      if (score === undefined || score < -2000n || score > 2000n) {
        throw new ConfigRefusal('Invalid oom-score-adj-values, elements must be between -2000 and 2000.');
      }
      return Number(score);
    });
    return { value, text: value.join(' ') };
  },
  toLines: (setting) => [setting.text],
};

/** Numbers from 0 to 100; "" is none. */
export const percentiles: ValueType<readonly number[]> = {
  description: 'numbers, 0 to 100',
  takesSeveral: true,
  parse(args) {
    const given = args.length === 1 && args[0] === '' ? [] : args;
    const value = given.map((argument) => {
      const percentile = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(argument) ? Number(argument) : Number.NaN;
      if (!Number.isFinite(percentile)) throw new ConfigRefusal('Invalid latency-tracking-info-percentiles parameters');
      if (percentile < 0 || percentile > 100) {
        throw new ConfigRefusal('latency-tracking-info-percentiles parameters should sit between [0.0,100.0]');
      }
      return percentile;
    });
    return { value, text: value.map((each) => String(Number(each.toFixed(6)))).join(' ') };
  },
  toLines: ({ text }) => [text === '' ? '""' : text],
};

export interface Primary {
  readonly host: string;
  readonly port: number;
}

/** Whom to replicate: `host port`, or `no one`. */
export const primary: ValueType<Primary | undefined> = {
  description: 'host and port, or `no one`',
  takesSeveral: true,
  parse(args) {
    if (args.length === 0) return { value: undefined, text: '' };
    if (args.length !== 2) throw new ConfigRefusal('wrong number of arguments');
    const [host, portText] = args;
    if (host.toLowerCase() === 'no' && portText.toLowerCase() === 'one') return { value: undefined, text: '' };
    const port = parseLenient(portText);
    if (port === undefined || port < 0n || port > 65535n) throw new ConfigRefusal('Invalid master port');
    return { value: { host, port: Number(port) }, text: `${host} ${port}` };
  },
  toLines: ({ text }) => (text === '' ? [] : [text]),
};

/** An existing directory, to which the process moves. The value is the absolute path. */
export const directory: ValueType<string> = {
  description: 'path of a directory',
  takesSeveral: false,
  parse([argument], { host }: ParseContext<string>): Setting<string> {
    const path = textOfByteString(argument);
    try {
      if (path === '') throw Object.assign(new Error('empty path'), { code: 'ENOENT' });
      host.checkDirectory(path);
    } catch (error) {
      throw new ConfigRefusal(describeSystemError(error));
    }
    const absolute = host.absolutePath(path);
    return { value: absolute, text: byteStringOfText(absolute) };
  },
  toLines: ({ text }) => [quoteArgument(text)],
};
