/** DEBUG PROTOCOL: one reply of each kind, for the tests of clients. */
import { error } from '../commands/errors.ts';
import type { Writer } from '../protocol/writer.ts';

const UNKNOWN = error(
  'ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false',
);
const NEEDS_RESP3 = error('ERR RESP2 is not supported by this command');

const REPLIES: Readonly<Record<string, (w: Writer) => void>> = {
  string: (w) => w.bulkText('Hello World'),
  integer: (w) => w.integer(12345),
  // biome-ignore lint/suspicious/noApproximativeNumericConstant: it is what Redis replies, not meant as a circle's.
  double: (w) => w.double(3.141),
  null: (w) => w.null(),
  array(w) {
    w.array(3);
    for (let i = 0; i < 3; i++) w.integer(i);
  },
  set(w) {
    w.set(3);
    for (let i = 0; i < 3; i++) w.integer(i);
  },
  map(w) {
    w.map(3);
    for (let i = 0; i < 3; i++) {
      w.integer(i);
      w.boolean(i === 1);
    }
  },
  attrib(w) {
    if (w.resp3) {
      w.attribute(1);
      w.bulkText('key-popularity');
      w.array(2);
      w.bulkText('key:123');
      w.integer(90);
    }
    // An attribute is no reply: one follows it.
    w.bulkText('Some real reply following the attribute');
  },
  push(w) {
    if (!w.resp3) throw NEEDS_RESP3;
    w.push(2);
    w.bulkText('server-cpu-usage');
    w.integer(42);
    w.bulkText('Some real reply following the push reply');
  },
  verbatim: (w) => w.verbatim('This is a verbatim\nstring'),
  true: (w) => w.boolean(true),
  false: (w) => w.boolean(false),
  bignum: (w) => w.bigNumber('1234567999999999999999999999999999999'),
};

/** @throws CommandError if there is no such kind, or not in this protocol */
export function replyWithKind(w: Writer, kind: string): void {
  if (!Object.hasOwn(REPLIES, kind)) throw UNKNOWN;
  REPLIES[kind](w);
}
