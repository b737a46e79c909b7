/**
 * Fieldsets: the names of fields, in a row, that a connection has prepared for HIMPORT SET. They are its own, and go with it.
 * By session (`Context.session`), since commands don't know what a connection is.
 */
import type { Region } from '../base/region.ts';

/**
 * Names as a hash gets them: shorter ones first, of like length in the order of their bytes. So whatever the order they are
 * said in, hashes with the same fields have one shape (types/hash-shape.ts).
 */
export interface Fieldset {
  /** The names, one behind the other. */
  readonly names: Region;
  /** Where each name ends. */
  readonly ends: readonly number[];
  /** Which of the values is each name's. */
  readonly places: readonly number[];
}

/** A fieldset's objects, about, and what each of its fields takes besides the name. */
const FIELDSET_BYTES = 300;
const FIELD_BYTES = 16;

/** A connection's fieldsets by name, a byte string of one character a byte. */
class Fieldsets {
  private readonly byName = new Map<string, Fieldset>();
  bytes = 0;

  get count(): number {
    return this.byName.size;
  }

  get(name: string): Fieldset | undefined {
    return this.byName.get(name);
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
