/**
 * What redis-server 7.0.15 itself reaches in its own suite under this harness: the measure Mayfly is held to.
 * Measured in external mode (a server for each unit) and in spawn mode (the suite starts servers itself).
 */
import type { Mode } from './unit.ts';

export interface UnitFigures {
  readonly ok: number;
  readonly err: number;
  /** Blocks and tests left out together: a block left out counts one. */
  readonly skipped: number;
  readonly seconds: number;
}

type Row = readonly [ok: number, err: number, skipped: number, seconds: number];

/** Unit → its row in external mode, its row in spawn mode; null where it is not run in that mode. */
const rows: Readonly<Record<string, readonly [external: Row | null, spawn: Row | null]>> = {
  'unit/printver': [[0, 0, 0, 0], null],
  'unit/dump': [
    [12, 0, 14, 15],
    [26, 0, 0, 32],
  ],
  'unit/auth': [
    [0, 0, 3, 0],
    [10, 0, 0, 2],
  ],
  'unit/protocol': [
    [25, 0, 0, 0],
    [25, 0, 0, 1],
  ],
  'unit/keyspace': [
    [53, 0, 0, 2],
    [53, 0, 0, 2],
  ],
  'unit/scan': [
    [17, 0, 0, 12],
    [17, 0, 0, 10],
  ],
  'unit/info': [
    [0, 0, 1, 0],
    [17, 0, 0, 1],
  ],
  'unit/info-command': [
    [3, 0, 0, 0],
    [3, 0, 0, 0],
  ],
  'unit/type/string': [
    [77, 0, 0, 15],
    [77, 0, 0, 11],
  ],
  'unit/type/incr': [
    [25, 0, 0, 0],
    [25, 0, 0, 0],
  ],
  'unit/type/list': [
    [240, 0, 6, 16],
    [240, 0, 6, 15],
  ],
  'unit/type/list-2': [
    [2, 0, 0, 18],
    [2, 0, 0, 14],
  ],
  'unit/type/list-3': [
    [11, 0, 0, 45],
    [11, 0, 0, 60],
  ],
  'unit/type/set': [
    [99, 0, 1, 17],
    [99, 0, 1, 25],
  ],
  'unit/type/zset': [
    [312, 0, 0, 26],
    [312, 0, 0, 44],
  ],
  'unit/type/hash': [
    [73, 0, 0, 4],
    [73, 0, 0, 4],
  ],
  'unit/type/stream': [
    [72, 0, 0, 21],
    [72, 0, 0, 29],
  ],
  'unit/type/stream-cgroups': [
    [51, 0, 4, 3],
    [57, 0, 0, 6],
  ],
  'unit/sort': [
    [52, 0, 0, 10],
    [52, 0, 0, 9],
  ],
  'unit/expire': [
    [66, 0, 2, 13],
    [70, 0, 0, 16],
  ],
  'unit/other': [
    [22, 0, 3, 8],
    [26, 0, 0, 8],
  ],
  'unit/multi': [
    [60, 0, 3, 4],
    [63, 0, 0, 5],
  ],
  'unit/quit': [
    [3, 0, 0, 0],
    [3, 0, 0, 0],
  ],
  'unit/aofrw': [
    [0, 0, 2, 0],
    [20, 0, 0, 28],
  ],
  'unit/acl': [
    [0, 0, 8, 0],
    [90, 0, 0, 2],
  ],
  'unit/acl-v2': [
    [0, 0, 2, 0],
    [30, 0, 0, 1],
  ],
  'unit/latency-monitor': [
    [14, 0, 0, 9],
    [14, 0, 0, 8],
  ],
  'unit/pubsub': [
    [30, 0, 0, 1],
    [30, 0, 0, 1],
  ],
  'unit/pubsubshard': [
    [0, 0, 2, 0],
    [11, 0, 0, 3],
  ],
  'unit/slowlog': [
    [16, 0, 0, 1],
    [16, 0, 0, 2],
  ],
  'unit/scripting': [
    [270, 0, 15, 5],
    [306, 0, 0, 15],
  ],
  'unit/functions': [
    [94, 0, 3, 2],
    [109, 0, 0, 4],
  ],
  'unit/maxmemory': [
    [0, 0, 8, 0],
    [31, 0, 0, 62],
  ],
  'unit/introspection': [
    [28, 0, 15, 0],
    [43, 0, 0, 9],
  ],
  'unit/introspection-2': [
    [43, 0, 0, 6],
    [43, 0, 0, 6],
  ],
  'unit/limits': [
    [0, 0, 1, 0],
    [1, 0, 0, 2],
  ],
  'unit/obuf-limits': [
    [0, 0, 1, 0],
    [9, 0, 0, 22],
  ],
  'unit/bitops': [
    [45, 0, 2, 5],
    [45, 0, 2, 5],
  ],
  'unit/bitfield': [
    [16, 0, 1, 2],
    [20, 0, 0, 2],
  ],
  'unit/geo': [
    [59, 0, 0, 33],
    [59, 0, 0, 60],
  ],
  'unit/memefficiency': [
    [0, 0, 2, 0],
    [10, 0, 0, 206],
  ],
  'unit/hyperloglog': [
    [20, 0, 0, 62],
    [20, 0, 0, 70],
  ],
  'unit/lazyfree': [
    [4, 0, 0, 1],
    [4, 0, 0, 1],
  ],
  'unit/wait': [
    [0, 0, 1, 0],
    [5, 0, 0, 5],
  ],
  'unit/pause': [
    [14, 0, 1, 0],
    [16, 0, 0, 1],
  ],
  'unit/querybuf': [
    [2, 0, 0, 2],
    [2, 0, 0, 3],
  ],
  'unit/pendingquerybuf': [
    [0, 0, 1, 0],
    [1, 0, 0, 4],
  ],
  'unit/tls': [[0, 0, 0, 0], null],
  'unit/tracking': [
    [54, 0, 0, 2],
    [54, 0, 0, 2],
  ],
  'unit/oom-score-adj': [[0, 0, 1, 0], null],
  'unit/shutdown': [
    [0, 0, 3, 0],
    [8, 0, 0, 1],
  ],
  'unit/networking': [
    [0, 0, 4, 0],
    [5, 0, 0, 2],
  ],
  'unit/cluster': [[0, 0, 1, 0], null],
  'unit/client-eviction': [
    [0, 0, 1, 0],
    [17, 0, 0, 13],
  ],
  'unit/violations': [[1, 0, 6, 0], null],
  'unit/replybufsize': [
    [1, 0, 0, 1],
    [1, 0, 0, 1],
  ],
  'unit/cluster-scripting': [[0, 0, 1, 0], null],
  'unit/cluster/misc': [[0, 0, 1, 0], null],
  'unit/cluster/links': [[0, 0, 1, 0], null],
  'integration/block-repl': [null, [2, 0, 0, 26]],
  'integration/replication': [null, [59, 0, 0, 257]],
  'integration/shutdown': [null, [5, 0, 0, 9]],
  'integration/aof': [null, [40, 0, 0, 13]],
  'integration/aof-multi-part': [null, [35, 0, 0, 12]],
  'integration/rdb': [null, [14, 0, 0, 8]],
  'integration/logging': [null, [2, 0, 0, 0]],
  'integration/redis-cli': [null, [31, 0, 0, 9]],
  'integration/dismiss-mem': [null, [4, 0, 0, 7]],
  'integration/replication-2': [null, [7, 0, 0, 12]],
  'integration/replication-4': [null, [16, 0, 0, 28]],
  'integration/psync2-reg': [null, [22, 0, 0, 23]],
  'integration/failover': [null, [13, 0, 0, 6]],
  'integration/replication-buffer': [null, [8, 0, 0, 15]],
  'integration/replication-3': [null, [7, 0, 0, 12]],
  'integration/replication-psync': [null, [60, 0, 0, 165]],
  'integration/psync2': [null, [52, 0, 0, 44]],
  'integration/psync2-pingoff': [null, [6, 0, 0, 16]],
  'integration/psync2-master-restart': [null, [4, 0, 0, 8]],
};

/** What redis-server passes of the quick units without slow tests: ok, skipped, seconds. */
const quickRows: Readonly<Record<string, readonly [ok: number, skipped: number, seconds: number]>> = {
  'unit/protocol': [25, 0, 1],
  'unit/keyspace': [53, 0, 2],
  'unit/scan': [17, 0, 14],
  'unit/info-command': [3, 0, 0],
  'unit/type/string': [74, 1, 4],
  'unit/type/incr': [25, 0, 0],
  'unit/type/list': [240, 6, 18],
  'unit/type/set': [97, 3, 7],
  'unit/type/zset': [272, 1, 16],
  'unit/type/hash': [73, 0, 12],
  'unit/type/stream': [72, 0, 29],
  'unit/type/stream-cgroups': [51, 4, 3],
  'unit/sort': [48, 1, 8],
  'unit/expire': [64, 4, 10],
  'unit/other': [19, 4, 8],
  'unit/multi': [60, 3, 4],
  'unit/quit': [3, 0, 0],
  'unit/bitops': [45, 2, 9],
  'unit/bitfield': [16, 1, 1],
  'unit/pubsub': [30, 0, 1],
  'unit/slowlog': [16, 0, 1],
  'unit/introspection': [28, 15, 1],
  'unit/introspection-2': [43, 0, 6],
};

export function quickFiguresOf(unit: string): UnitFigures | undefined {
  const row = quickRows[unit];
  return row === undefined ? undefined : { ok: row[0], err: 0, skipped: row[1], seconds: row[2] };
}

/** All units that redis-server has a test in, in that mode. */
export function unitsOf(mode: Mode): string[] {
  return Object.keys(rows).filter((unit) => (figuresOf(unit, mode)?.ok ?? 0) > 0);
}

export function figuresOf(unit: string, mode: Mode): UnitFigures | undefined {
  const row = rows[unit]?.[mode === 'external' ? 0 : 1];
  if (row === null || row === undefined) return undefined;
  const [ok, err, skipped, seconds] = row;
  return { ok, err, skipped, seconds };
}
