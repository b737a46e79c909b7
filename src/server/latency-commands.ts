/** LATENCY: what took longer than `latency-monitor-threshold`. */
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import { replyHelp } from '../commands/help.ts';
import type { Durations } from '../observe/command-durations.ts';
import type { LatencyEvent } from '../observe/latency-monitor.ts';
import { byteText } from './byte-text.ts';
import type { Services } from './services.ts';

const GRAPH_ROWS = 4;
const GRAPH_COLUMNS = 80;

/** Columns of bars, oldest on the left, under a line that names the extremes. */
function graph({ name, samples, maxMs }: LatencyEvent): string {
  const shown = samples.slice(-GRAPH_COLUMNS);
  const high = Math.max(...shown.map(({ ms }) => ms));
  const low = Math.min(...shown.map(({ ms }) => ms));
  const heightOf = (ms: number): number => (high === low ? 1 : 1 + ((ms - low) / (high - low)) * (GRAPH_ROWS - 1));
  const rows: string[] = [];
  for (let row = GRAPH_ROWS; row >= 1; row--) {
    rows.push(shown.map(({ ms }) => (heightOf(ms) >= row ? '#' : ' ')).join(''));
  }
  return `${name} - high ${high} ms, low ${low} ms (all time high ${maxMs} ms)\n${'-'.repeat(GRAPH_COLUMNS)}\n${rows.join('\n')}\n`;
}

export function latencyCommands({ config, latency, registry, stats }: Services): readonly Command[] {
  const eventOf = (ctx: Context): LatencyEvent => {
    const found = latency.get(byteText(ctx, 2));
    if (found === undefined) throw error(`ERR No samples available for event '${ctx.text(2)}'`);
    return found;
  };

  const latest = (ctx: Context): void => {
    const { events } = latency;
    ctx.reply.array(events.length);
    for (const { name, samples, maxMs } of events) {
      const last = samples[samples.length - 1];
      ctx.reply.array(4);
      ctx.reply.bulkText(name);
      ctx.reply.integer(last.seconds);
      ctx.reply.integer(last.ms);
      ctx.reply.integer(maxMs);
    }
  };

  const history = (ctx: Context): void => {
    const samples = latency.get(byteText(ctx, 2))?.samples ?? [];
    ctx.reply.array(samples.length);
    for (const { seconds, ms } of samples) {
      ctx.reply.array(2);
      ctx.reply.integer(seconds);
      ctx.reply.integer(ms);
    }
  };

  const doctor = (ctx: Context): void => {
    if (Number(config.value('latency-monitor-threshold')) === 0) {
      return ctx.reply.verbatim(
        'Nothing is watched: set latency-monitor-threshold to the milliseconds from which an event is worth noting.\n',
      );
    }
    const { events } = latency;
    if (events.length === 0) return ctx.reply.verbatim('No event has taken longer than the threshold.\n');
    const lines = events.map(({ name, samples, maxMs }) => {
      const mean = samples.reduce((sum, { ms }) => sum + ms, 0) / samples.length;
      return `${name}: ${samples.length} spikes, ${mean.toFixed(1)} ms on average, ${maxMs} ms at worst.`;
    });
    ctx.reply.verbatim(`${lines.join('\n')}\nSLOWLOG GET shows which commands they were.\n`);
  };

  /** Commands asked for that have been called; a container stands for its subcommands. */
  const measured = (ctx: Context): [Command, Durations][] => {
    const wanted = new Set<Command>();
    for (let arg = 2; arg < ctx.argc; arg++) {
      const found = registry.get(ctx.text(arg));
      for (const each of found === undefined ? [] : [found, ...found.subcommands.values()]) wanted.add(each);
    }
    return (ctx.argc === 2 ? registry.visible : [...wanted])
      .map((each): [Command, Durations] => [each, stats.durationsOf(each.id)])
      .filter(([, { count }]) => count > 0);
  };

  const histogram = (ctx: Context): void => {
    const w = ctx.reply;
    const found = measured(ctx);
    w.map(found.length);
    for (const [{ name }, durations] of found) {
      w.bulkText(name);
      w.map(2);
      w.bulkText('calls');
      w.integer(durations.count);
      w.bulkText('histogram_usec');
      const rows = durations.cumulative();
      w.map(rows.length);
      for (const [microseconds, calls] of rows) {
        w.integer(microseconds);
        w.integer(calls);
      }
    }
  };

  const reset = (ctx: Context): void => {
    const names: string[] = [];
    for (let arg = 2; arg < ctx.argc; arg++) names.push(byteText(ctx, arg));
    ctx.reply.integer(latency.reset(names));
  };

  const shared = { group: 'server', flags: 'admin noscript loading stale' } as const;
  const tips = 'nondeterministic_output request_policy:all_nodes response_policy:special';
  return [
    command({
      name: 'LATENCY',
      since: '2.8.13',
      group: 'server',
      complexity: 'Depends on the subcommand.',
      summary: 'Holds the commands on what took long.',
      syntax: '',
      arity: -2,
      run: () => {},
    }),
    command({
      ...shared,
      name: 'LATENCY|DOCTOR',
      since: '2.8.13',
      complexity: 'O(N) for N samples',
      summary: 'Tells of all events in words.',
      syntax: '',
      tips,
      run: doctor,
    }),
    command({
      ...shared,
      name: 'LATENCY|GRAPH',
      since: '2.8.13',
      complexity: 'O(1)',
      summary: 'Draws the samples of an event.',
      syntax: 'event',
      tips,
      run: (ctx) => ctx.reply.verbatim(graph(eventOf(ctx))),
    }),
    command({
      ...shared,
      name: 'LATENCY|HELP',
      since: '2.8.13',
      flags: 'loading stale',
      complexity: 'O(1)',
      summary: 'Lists the subcommands.',
      syntax: '',
      run: (ctx) => replyHelp(ctx),
    }),
    command({
      ...shared,
      name: 'LATENCY|HISTOGRAM',
      since: '7.0.0',
      complexity: 'O(N) for N commands',
      summary: 'Tells how the durations of commands are spread.',
      syntax: '[command...]',
      tips,
      run: histogram,
    }),
    command({
      ...shared,
      name: 'LATENCY|HISTORY',
      since: '2.8.13',
      complexity: 'O(1)',
      summary: 'Returns the samples of an event: when, and how many ms.',
      syntax: 'event',
      tips,
      run: history,
    }),
    command({
      ...shared,
      name: 'LATENCY|LATEST',
      since: '2.8.13',
      complexity: 'O(1)',
      summary: 'Returns the latest and the worst sample of each event.',
      syntax: '',
      tips,
      run: latest,
    }),
    command({
      ...shared,
      name: 'LATENCY|RESET',
      since: '2.8.13',
      complexity: 'O(1)',
      summary: 'Forgets the samples of some events, or of all.',
      syntax: '[event...]',
      tips: 'request_policy:all_nodes response_policy:agg_sum',
      run: reset,
    }),
  ];
}
