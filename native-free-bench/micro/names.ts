import { Region } from '../../src/base/region.ts';

/**
 * Keys or members of `bytes` each, one behind the other: the prefix, then numbers from `first` up with zeros before them.
 * Without a prefix and with a `first` of that many digits they are integers to whoever looks.
 */
export function names(prefix: string, count: number, first: number, bytes: number): Region {
  const region = Region.allocate(count * bytes);
  const text = Buffer.from(region.u8.buffer);
  const digits = bytes - prefix.length;
  for (let i = 0; i < count; i++) text.write(prefix + String(first + i).padStart(digits, '0'), i * bytes, 'latin1');
  return region;
}
