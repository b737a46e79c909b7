import type { Link } from '../transport/transport.ts';

/** Whether the client is on this machine. */
export function isLocal(link: Link): boolean {
  return link.isUnixSocket || isLoopback(link.remoteAddress);
}

/** Of `ip:port`, `[v6]:port` or a bare address. */
export function isLoopback(address: string): boolean {
  return /^(127\.|\[?::1(\]|$)|\[?::ffff:127\.|localhost$)/i.test(address);
}
