import { writeSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import type { WakerSpec } from '../transport/transport.ts';

/** Made on a worker: what wakes the I/O thread in the way its transport listens to. */
export function createWaker(spec: WakerSpec, port: MessagePort): () => void {
  if (spec.kind === 'port') return () => port.postMessage(0);
  const one = new Uint8Array(8);
  one[0] = 1;
  return () => {
    writeSync(spec.fd, one);
  };
}
