/** One end of a ring: sends numbered messages of random sizes, or receives from several rings and checks each byte. */
import { parentPort, workerData } from 'node:worker_threads';
import { Doorbell } from '../../../../src/memory/doorbell.ts';
import { RingConsumer, RingProducer } from '../../../../src/memory/ring.ts';

export interface RingThreadData {
  readonly role: 'send' | 'receive';
  readonly rings: readonly SharedArrayBuffer[];
  readonly doorbell: SharedArrayBuffer;
  readonly messages: number;
  readonly seed: number;
  readonly bytesMax: number;
}

const data = workerData as RingThreadData;

/** The same sizes and bytes on both sides. */
function dice(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Most messages are short, some fill the ring. */
const sizeFrom = (next: () => number): number => (next() % 8 === 0 ? next() % (data.bytesMax + 1) : next() % 40);

function send(): number {
  const producer = new RingProducer(data.rings[0]);
  const doorbell = new Doorbell(data.doorbell);
  const next = dice(data.seed);
  let waits = 0;
  for (let i = 0; i < data.messages; i++) {
    const bytes = sizeFrom(next);
    let at = producer.tryReserve(bytes);
    while (at < 0) {
      waits++;
      if (!producer.waitForRoom(5000)) throw new Error('no room within 5 s');
      at = producer.tryReserve(bytes);
    }
    for (let j = 0; j < bytes; j++) producer.region.u8[at + j] = (i + j) & 255;
    producer.commit();
    doorbell.ring();
  }
  return waits;
}

function receive(): number {
  const doorbell = new Doorbell(data.doorbell);
  const ends = data.rings.map((buffer, index) => ({
    consumer: new RingConsumer(buffer),
    next: dice(data.seed + index * 2),
    received: 0,
  }));
  const drain = (): number => {
    let drained = 0;
    for (const end of ends) {
      const { consumer } = end;
      for (let at = consumer.peek(); at >= 0; at = consumer.peek()) {
        const bytes = sizeFrom(end.next);
        if (consumer.payloadBytes !== bytes) throw new Error(`message ${end.received}: ${consumer.payloadBytes} bytes`);
        for (let j = 0; j < bytes; j++) {
          if (consumer.region.u8[at + j] !== ((end.received + j) & 255))
            throw new Error(`message ${end.received}, byte ${j}`);
        }
        consumer.release();
        end.received++;
        drained++;
      }
    }
    return drained;
  };
  let sleeps = 0;
  while (ends.some(({ received }) => received < data.messages)) {
    if (drain() > 0) continue;
    const sequence = doorbell.prepareSleep();
    if (drain() > 0) {
      doorbell.stayAwake();
      continue;
    }
    sleeps++;
    if (!doorbell.sleep(sequence, 5000)) throw new Error('nobody rang within 5 s');
  }
  return sleeps;
}

parentPort?.postMessage(data.role === 'send' ? send() : receive());
