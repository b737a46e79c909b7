/** MEMORY but for USAGE, which is a command on data: what the server's memory is used for. */
import type { Context } from '../commands/context.ts';
import { type Command, command } from '../commands/define.ts';
import { replyHelp } from '../commands/help.ts';
import { SEGMENT_BYTES } from '../store/table.ts';
import { memoryFigures } from './info/memory.ts';
import { humanBytes, ratio } from './info/section.ts';
import type { Services } from './services.ts';

/** Below this there is nothing to find fault with. */
const DIAGNOSED_BYTES_MIN = 5 << 20;
const FRAGMENTATION_MAX = 1.4;
const PEAK_RATIO_MAX = 1.5;
const CLIENT_BYTES_MAX = 200 << 10;

export function memoryCommands(services: Services): readonly Command[] {
  const stats = (ctx: Context): void => {
    const figures = memoryFigures(services);
    const { usedBytes, peakBytes, arenaBytes, pageBytes, rssBytes, keys, clientBytes, tableBytes } = figures;
    const overhead = tableBytes + clientBytes;
    const dataset = Math.max(0, usedBytes - overhead);
    const w = ctx.reply;
    const mark = w.mark();
    let fields = 0;
    const integer = (name: string, value: number): void => {
      w.bulkText(name);
      w.integer(value);
      fields++;
    };
    const double = (name: string, value: number): void => {
      w.bulkText(name);
      w.double(value);
      fields++;
    };
    integer('peak.allocated', peakBytes);
    integer('total.allocated', usedBytes);
    integer('startup.allocated', 0);
    integer('replication.backlog', 0);
    integer('clients.slaves', 0);
    integer('clients.normal', clientBytes);
    integer('cluster.links', 0);
    integer('aof.buffer', 0);
    integer('lua.caches', 0);
    integer('functions.caches', 0);
    integer('script.VMs', 0);
    services.shards[0].keyspaces.forEach((_, db) => {
      if (databaseCount(services, db) === 0) return;
      w.bulkText(`db.${db}`);
      w.map(2);
      w.bulkText('overhead.hashtable.main');
      w.integer(tableBytesOf(services, db));
      w.bulkText('overhead.hashtable.expires');
      w.integer(0);
      fields++;
    });
    integer('overhead.db.hashtable.lut', tableBytes);
    integer('overhead.db.hashtable.rehashing', 0);
    integer('db.dict.rehashing.count', 0);
    integer('overhead.total', overhead);
    integer('keys.count', keys);
    integer('keys.bytes-per-key', keys === 0 ? 0 : Math.floor(usedBytes / keys));
    integer('dataset.bytes', dataset);
    double('dataset.percentage', ratio(dataset, usedBytes) * 100);
    double('peak.percentage', ratio(usedBytes, peakBytes) * 100);
    integer('allocator.allocated', arenaBytes);
    integer('allocator.active', pageBytes);
    integer('allocator.resident', pageBytes);
    integer('allocator.muzzy', 0);
    double('allocator-fragmentation.ratio', ratio(pageBytes, arenaBytes));
    integer('allocator-fragmentation.bytes', pageBytes - arenaBytes);
    double('allocator-rss.ratio', 1);
    integer('allocator-rss.bytes', 0);
    double('rss-overhead.ratio', ratio(rssBytes, pageBytes));
    integer('rss-overhead.bytes', rssBytes - pageBytes);
    double('fragmentation', ratio(rssBytes, usedBytes));
    integer('fragmentation.bytes', rssBytes - usedBytes);
    w.mapAt(mark, fields);
  };

  const doctor = (ctx: Context): void => {
    const { usedBytes, peakBytes, arenaBytes, pageBytes, clientBytes } = memoryFigures(services);
    const clients = Math.max(1, services.server.numbers.connected);
    const findings: string[] = [];
    if (usedBytes < DIAGNOSED_BYTES_MIN) {
      return ctx.reply.verbatim('There is next to nothing in memory, so there is nothing to find fault with.\n');
    }
    if (peakBytes > usedBytes * PEAK_RATIO_MAX) {
      findings.push(`The peak was ${humanBytes(peakBytes)}; pages used then are kept for what comes next.`);
    }
    if (ratio(pageBytes, arenaBytes) > FRAGMENTATION_MAX) {
      findings.push(`Pages hold ${humanBytes(pageBytes)} for ${humanBytes(arenaBytes)} of blocks: fragmentation.`);
    }
    if (clientBytes / clients > CLIENT_BYTES_MAX) {
      findings.push(`Clients' buffers take ${humanBytes(clientBytes / clients)} each: see CLIENT LIST.`);
    }
    if (findings.length === 0) findings.push('No fault was found.');
    ctx.reply.verbatim(`${findings.join('\n')}\n`);
  };

  const allocatorStats = (ctx: Context): void => {
    const lines = services.shards.map(
      ({ index, allocator, arena }) =>
        `shard ${index}: used ${allocator.usedBytes}, pages ${allocator.pageBytes}, reserved ${arena.bytes}`,
    );
    ctx.reply.verbatim(`${lines.join('\n')}\n`);
  };

  const shared = { group: 'server', complexity: 'O(1)' } as const;
  const tips = 'nondeterministic_output request_policy:all_shards response_policy:special';
  return [
    command({
      ...shared,
      name: 'MEMORY|DOCTOR',
      since: '4.0.0',
      summary: 'Says what looks odd about memory.',
      syntax: '',
      tips,
      run: doctor,
    }),
    command({
      ...shared,
      name: 'MEMORY|HELP',
      since: '4.0.0',
      flags: 'loading stale',
      summary: 'Lists the subcommands.',
      syntax: '',
      run: (ctx) => replyHelp(ctx),
    }),
    command({
      ...shared,
      name: 'MEMORY|MALLOC-STATS',
      since: '4.0.0',
      summary: 'Tells of each shard how much of its memory is used.',
      syntax: '',
      tips,
      run: allocatorStats,
    }),
    command({
      ...shared,
      name: 'MEMORY|PURGE',
      since: '4.0.0',
      summary: 'Gives unused memory back: nothing to do, as free pages are used again first.',
      syntax: '',
      tips: 'request_policy:all_shards response_policy:all_succeeded',
      run: (ctx) => ctx.reply.ok(),
    }),
    command({
      ...shared,
      name: 'MEMORY|STATS',
      since: '4.0.0',
      summary: 'Tells what memory is used for.',
      syntax: '',
      tips,
      run: stats,
    }),
  ];
}

function databaseCount({ shards }: Services, db: number): number {
  return shards.reduce((sum, { keyspaces }) => sum + keyspaces[db].count, 0);
}

function tableBytesOf({ shards }: Services, db: number): number {
  return shards.reduce((sum, { keyspaces }) => sum + keyspaces[db].table.segmentCount * SEGMENT_BYTES, 0);
}
