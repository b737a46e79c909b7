import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, resolveBindAddresses } from '../../src/transport/bind-address.ts';
import { formatIpv6, parseIpv6 } from '../../src/transport/linux-sockets.ts';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

describe('IPv6 addresses', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const text = formatIpv6(viewOf(bytes), 0);
        expect(isIPv6(text)).toBe(true);
        expect([...parseIpv6(text)]).toEqual([...bytes]);
      }),
    );
  });

  it('are read in every form', () => {
    expect([...parseIpv6('::')]).toEqual(Array(16).fill(0));
    expect([...parseIpv6('::1')]).toEqual([...Array(15).fill(0), 1]);
    expect([...parseIpv6('::ffff:1.2.3.4')].slice(10)).toEqual([255, 255, 1, 2, 3, 4]);
    expect([...parseIpv6('fe80::1%eth0')].slice(0, 2)).toEqual([0xfe, 0x80]);
    expect(formatIpv6(viewOf(parseIpv6('2001:DB8:0:0:0:0:0:1')), 0)).toBe('2001:db8::1');
  });
});

describe('bind addresses', () => {
  it('are resolved as redis.conf writes them', async () => {
    expect(await resolveBindAddresses(['127.0.0.1', '-::1', '*', '-::*'])).toEqual([
      { host: '127.0.0.1', family: 4, optional: false },
      { host: '::1', family: 6, optional: true },
      { host: '0.0.0.0', family: 4, optional: false },
      { host: '::', family: 6, optional: true },
    ]);
    const [localhost] = await resolveBindAddresses(['localhost']);
    expect(['127.0.0.1', '::1']).toContain(localhost.host);
  });

  it('print as Redis prints them', () => {
    expect(formatAddress('::1', 6379)).toBe('[::1]:6379');
    expect(formatAddress('10.0.0.1', 6379)).toBe('10.0.0.1:6379');
  });
});
