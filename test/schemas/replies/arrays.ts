/** Shapes of what array commands reply. */
import {
  count,
  flag,
  integer,
  list,
  number,
  or,
  orNil,
  type ReplySchemas,
  record,
  text,
  tuple,
  unsigned,
} from '../shapes.ts';

const elements = list(orNil(text));
const pairs = list(tuple(unsigned, text));

const facts = {
  count,
  len: unsigned,
  'next-insert-index': unsigned,
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
  ARGREP: or(list(unsigned), pairs),
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
  ARINSERT: unsigned,
  ARLASTITEMS: elements,
  ARLEN: unsigned,
  ARMGET: elements,
  ARMSET: count,
  ARNEXT: orNil(unsigned),
  AROP: orNil(or(text, integer)),
  ARRING: unsigned,
  ARSCAN: pairs,
  ARSEEK: flag,
  ARSET: count,
};
