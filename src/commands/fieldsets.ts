/**
 * Fieldsets: the names of fields, in a row, that a connection has prepared for HIMPORT SET. They are its own, and go with it.
 * By session (`Context.session`), since commands don't know what a connection is.
 */
import { copy, equal, latin1, Region } from '../base/region.ts';

/**
 * Names as a hash gets them: shorter ones first, of like length in the order of their bytes. So whatever the order they are
 * said in, hashes with the same fields have one shape (types/hash-shape.ts).
 */
export interface Fieldset {
  /** The names, one behind the other. */
  readonly names: Region;
  /** Where each name ends. */
  readonly ends: readonly number[];
  /** Which argument of HIMPORT SET is each name's value. */
  readonly args: readonly number[];
}

/** A fieldset's objects, about, and what each of its fields takes besides the name. */
const FIELDSET_BYTES = 300;
const FIELD_BYTES = 16;

/** A connection's fieldsets by name, a byte string of one character a byte. The one asked for last is found without it. */
class Fieldsets {
  private readonly byName = new Map<string, Fieldset>();
  private last: Fieldset | undefined;
  private lastName = Region.allocate(0);
  bytes = 0;

  get count(): number {
    return this.byName.size;
  }

  find(name: Region, at: number, length: number): Fieldset | undefined {
    const { last, lastName } = this;
    if (last !== undefined && lastName.length === length && equal(lastName, 0, name, at, length)) return last;
    this.last = this.byName.get(latin1(name, at, length));
    this.lastName = Region.allocate(length);
    copy(name, at, this.lastName, 0, length);
    return this.last;
  }

  put(name: string, fieldset: Fieldset): void {
    this.drop(name);
    this.byName.set(name, fieldset);
    this.bytes += bytesOf(name, fieldset);
  }

  /** @returns whether there was one */
  drop(name: string): boolean {
    const fieldset = this.byName.get(name);
    if (fieldset === undefined) return false;
    this.last = undefined;
    this.bytes -= bytesOf(name, fieldset);
    return this.byName.delete(name);
  }
}

const bytesOf = (name: string, { names, ends }: Fieldset): number =>
  FIELDSET_BYTES + name.length + names.length + ends.length * FIELD_BYTES;

const bySession = new WeakMap<object, Fieldsets>();

/** The fieldsets of a session that has any. */
export const fieldsetsOf = (session: unknown): Fieldsets | undefined =>
  typeof session === 'object' && session !== null ? bySession.get(session) : undefined;

/** Keeps a fieldset, in the place of one of the same name. */
export function putFieldset(session: unknown, name: string, fieldset: Fieldset): void {
  if (typeof session !== 'object' || session === null) throw new Error('a fieldset needs its connection');
  const own = bySession.get(session) ?? new Fieldsets();
  bySession.set(session, own);
  own.put(name, fieldset);
}

/** Forgets all of a session's. @returns how many there were */
export function forgetFieldsets(session: unknown): number {
  const own = fieldsetsOf(session);
  if (own === undefined) return 0;
  bySession.delete(session as object);
  return own.count;
}

/** What a session's fieldsets take, about. */
export const fieldsetsBytes = (session: object): number => bySession.get(session)?.bytes ?? 0;
