/** Shapes of what array commands reply. */
import { count, flag, integer, list, number, or, orNil, type ReplySchemas, record, text, tuple } from '../shapes.ts';

const elements = list(orNil(text));
const pairs = list(tuple(count, text));

const facts = {
  count,
  len: count,
  'next-insert-index': count,
  slices: count,
  'directory-size': count,
  'super-dir-entries': count,
  'slice-size': count,
};

export const arrayReplies: ReplySchemas = {
  ARCOUNT: count,
  ARDEL: count,
  ARDELRANGE: count,
  ARGET: orNil(text),
  ARGETRANGE: elements,
  // With WITHVALUES places come with what they hold.
  ARGREP: or(list(count), pairs),
  ARINFO: or(
    record(facts),
    record({
      ...facts,
      'dense-slices': count,
      'sparse-slices': count,
      'avg-dense-size': number,
      'avg-dense-fill': number,
      'avg-sparse-size': number,
    }),
  ),
  ARINSERT: count,
  ARLASTITEMS: elements,
  ARLEN: count,
  ARMGET: elements,
  ARMSET: count,
  ARNEXT: orNil(count),
  AROP: orNil(or(text, integer)),
  ARRING: count,
  ARSCAN: pairs,
  ARSEEK: flag,
  ARSET: count,
};
