/** Names that clients give themselves. They are shown in CLIENT LIST, so nothing in them may break its lines. */
import { error } from '../commands/errors.ts';
import type { Connection } from './connection.ts';

/** @param name a byte string; '' takes the name away  @throws CommandError */
export function setName(connection: Connection, name: string): void {
  if (!isPlain(name)) throw error('ERR Client names cannot contain spaces, newlines or special characters.');
  connection.name = name;
}

/** @param attribute `lib-name` or `lib-ver`, in letters of any case  @throws CommandError */
export function setLibrary(connection: Connection, attribute: string, value: string): void {
  const isName = attribute.toLowerCase() === 'lib-name';
  if (!isName && attribute.toLowerCase() !== 'lib-ver') throw error(`ERR Unrecognized option '${attribute}'`);
  if (!isPlain(value)) {
    throw error(`ERR ${attribute} cannot contain spaces, newlines or special characters.`);
  }
  if (isName) connection.libName = value;
  else connection.libVersion = value;
}

const isPlain = (text: string): boolean => /^[!-~]*$/.test(text);
