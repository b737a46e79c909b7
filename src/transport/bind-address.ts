import { lookup } from 'node:dns/promises';
import { lstat, unlink } from 'node:fs/promises';
import { isIP } from 'node:net';

/** One address to listen on, resolved to numbers. */
export interface BindAddress {
  readonly host: string;
  readonly family: 4 | 6;
  /** Written with a leading `-`: an address this machine doesn't have is skipped. */
  readonly optional: boolean;
}

/**
 * Turns `bind` entries of redis.conf (`127.0.0.1`, `-::1`, `*`, `::*`, a host name) into numeric addresses.
 * Rejects with the resolver's error (`ENOTFOUND`, …) if a name that isn't optional can't be resolved.
 */
export async function resolveBindAddresses(entries: readonly string[]): Promise<BindAddress[]> {
  const addresses: BindAddress[] = [];
  for (const entry of entries) {
    const optional = entry.startsWith('-');
    const name = optional ? entry.slice(1) : entry;
    if (name === '*') addresses.push({ host: '0.0.0.0', family: 4, optional });
    else if (name === '::*') addresses.push({ host: '::', family: 6, optional });
    else if (isIP(name) !== 0) addresses.push({ host: name, family: isIP(name) as 4 | 6, optional });
    else {
      try {
        const found = await lookup(name);
        addresses.push({ host: found.address, family: found.family as 4 | 6, optional });
      } catch (error) {
        if (!optional) throw error;
      }
    }
  }
  return addresses;
}

/** Errors that mean "this machine has no such protocol at all": Redis skips such an address, optional or not. */
const UNSUPPORTED = new Set(['ENOPROTOOPT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT', 'EPFNOSUPPORT', 'EAFNOSUPPORT']);

/** Whether failing to bind `address` with this error code is no reason to give up the other addresses. */
export function mayBeSkipped(address: BindAddress, code: string | undefined): boolean {
  if (code === undefined) return false;
  return UNSUPPORTED.has(code) || (address.optional && code === 'EADDRNOTAVAIL');
}

/** The error of a server for which none of its addresses could be bound. */
export function noAddressError(port: number): Error {
  const error: Error & { code?: string } = new Error(`none of the addresses to bind is available (port ${port})`);
  error.code = 'EADDRNOTAVAIL';
  return error;
}

/** `ip:port` or `[v6]:port`, as Redis prints peers. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Removes the socket a server that died left behind; anything else of that name stays, and binding fails. */
export async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() === true) await unlink(path);
}
