/**
 * The smallest server over a transport: every `requestBytes` received are answered with +PONG. What it costs is the
 * transport's cost. Arguments: transport, port, bytes of a request.
 */
import { Region } from '../../src/base/region.ts';
import { openTransport, type TransportChoice } from '../../src/transport/choose.ts';
import type { Link, TransportHandler } from '../../src/transport/transport.ts';

const [choice = 'auto', port = '7510', requestBytes = '14'] = process.argv.slice(2);
const REQUEST_BYTES = Number(requestBytes);
const PONG_BYTES = 7;
const pongs = Region.of('+PONG\r\n'.repeat(32_768));

/** redis-benchmark asks for two settings first, on a connection of their own. */
const noSettings = Region.of('*0\r\n*0\r\n');

class Counter {
  restBytes = 0;
}

const handler: TransportHandler = {
  onOpen(link: Link): boolean {
    link.owner = new Counter();
    return true;
  },
  onReceive(link: Link, received: Region, from: number, to: number): void {
    if (received.u8[from + 1] === 0x33 && received.u8[from + 8] === 0x43) {
      link.send(noSettings, 0, noSettings.length);
      return;
    }
    const counter = link.owner as Counter;
    const bytes = counter.restBytes + to - from;
    const requests = Math.trunc(bytes / REQUEST_BYTES);
    counter.restBytes = bytes - requests * REQUEST_BYTES;
    if (requests > 0) link.send(pongs, 0, requests * PONG_BYTES);
  },
  onDrain(): void {},
  onClose(): void {},
  onBatchEnd(): void {},
  onWake(): void {},
};

const { transport, log } = openTransport(choice as TransportChoice, handler);
await transport.listen({ bind: ['127.0.0.1'], port: Number(port), backlog: 511, keepAliveSeconds: 300 });
process.on('SIGTERM', () => process.exit(0));
console.log(`ready on ${port}: ${log}`);
