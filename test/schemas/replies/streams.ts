/** Shapes of what stream commands reply. */
import {
  count,
  flag,
  integer,
  list,
  mapOf,
  OK,
  oneOf,
  or,
  orNil,
  type ReplySchemas,
  record,
  setOf,
  streamId,
  text,
  tuple,
} from '../shapes.ts';

const fields = list(text);
const entry = tuple(streamId, fields);
/** Of one that was deleted while pending, the ID alone is left. */
const pendingEntry = tuple(streamId, orNil(fields));
/** With CLAIM: how long it was pending, in ms, and how often delivered. */
const claimedEntry = tuple(streamId, orNil(fields), count, count);
/** An ID named twice is there twice. */
const entriesOrIds = or(list(entry), list(streamId));

/** What XINFO STREAM tells in its short and in its FULL form. */
const streamFacts = {
  length: count,
  'radix-tree-keys': count,
  'radix-tree-nodes': count,
  'last-generated-id': streamId,
  'max-deleted-entry-id': streamId,
  'recorded-first-entry-id': streamId,
  'entries-added': count,
  // Redis 8.6: producers that send a message twice.
  'idmp-duration': count,
  'idmp-maxsize': count,
  'pids-tracked': count,
  'iids-tracked': count,
  'iids-added': count,
  'iids-duplicates': count,
};

const groupFacts = { name: text, 'last-delivered-id': streamId, 'entries-read': orNil(integer), lag: orNil(integer) };

const fullConsumer = record({
  name: text,
  'seen-time': count,
  'active-time': or(count, oneOf(-1)),
  'pel-count': count,
  pending: list(tuple(streamId, integer, integer)),
});

const fullGroup = record({
  ...groupFacts,
  'pel-count': count,
  'nacked-count': count,
  pending: list(tuple(streamId, text, integer, integer)),
  consumers: list(fullConsumer),
});

/** What became of each ID: -1 there is none, 1 it is gone, 2 it was left because it is still referred to. */
const deletions = list(oneOf(-1, 1, 2));

export const streamReplies: ReplySchemas = {
  XACK: count,
  XACKDEL: deletions,
  XADD: orNil(streamId),
  XAUTOCLAIM: tuple(streamId, entriesOrIds, list(streamId)),
  XCFGSET: OK,
  XCLAIM: entriesOrIds,
  XDEL: count,
  XDELEX: deletions,
  'XGROUP CREATE': OK,
  'XGROUP CREATECONSUMER': flag,
  'XGROUP DELCONSUMER': count,
  'XGROUP DESTROY': flag,
  'XGROUP HELP': list(text),
  'XGROUP SETID': OK,
  XIDMPRECORD: OK,
  'XINFO CONSUMERS': setOf(record({ name: text, pending: count, idle: count, inactive: or(count, oneOf(-1)) })),
  'XINFO GROUPS': list(record({ ...groupFacts, consumers: count, pending: count })),
  'XINFO HELP': list(text),
  'XINFO STREAM': or(
    record({ ...streamFacts, groups: count, 'first-entry': orNil(entry), 'last-entry': orNil(entry) }),
    record({ ...streamFacts, entries: setOf(entry), groups: list(fullGroup) }),
  ),
  XLEN: count,
  XNACK: count,
  XPENDING: or(
    list(tuple(streamId, text, integer, integer)),
    tuple(count, orNil(streamId), orNil(streamId), orNil(list(tuple(text, text)))),
  ),
  XRANGE: orNil(setOf(entry)),
  XREAD: orNil(mapOf(list(entry))),
  XREADGROUP: orNil(mapOf(list(or(pendingEntry, claimedEntry)))),
  // COUNT 0 is answered with nil.
  XREVRANGE: orNil(list(entry)),
  XSETID: OK,
  XTRIM: count,
};
