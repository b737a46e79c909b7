/**
 * What a client feels: asks for a key a thousand times a second until standard input ends, then prints the latencies as
 * JSON. It goes on asking while it waits: a probe that stops asking during a pause would count the pause once, where a
 * thousand requests suffered from it. A process of its own, so that load made by its starter does not delay its clock.
 */
import { connect } from 'node:net';
import { encodeCommand } from '../client/encode.ts';
import { ReplyCounter } from '../client/reply-counter.ts';
import { Histogram } from '../load/histogram.ts';

const ASK_EVERY_MS = 1;

const request = encodeCommand(['GET', 'probe']);
const histogram = new Histogram();
const counter = new ReplyCounter();
const sentAtMs: number[] = [];
let answered = 0;

const socket = connect({ host: '127.0.0.1', port: Number(process.argv[2]), noDelay: true });
socket.on('data', (chunk) => {
  const nowMs = performance.now();
  for (let replies = counter.feed(chunk, 0, chunk.length); replies > 0; replies--) {
    histogram.record((nowMs - sentAtMs[answered++]) * 1000);
  }
  if (counter.errors > 0) throw new Error(counter.lastError);
});

const timer = setInterval(() => {
  sentAtMs.push(performance.now());
  socket.write(request);
}, ASK_EVERY_MS);

process.stdin.resume();
process.stdin.on('end', () => {
  clearInterval(timer);
  // Those still waiting have waited so long at least.
  const nowMs = performance.now();
  for (const sent of sentAtMs.slice(answered)) histogram.record((nowMs - sent) * 1000);
  socket.destroy();
  console.log(
    JSON.stringify({
      p50Ms: histogram.percentileUs(50) / 1000,
      p99Ms: histogram.percentileUs(99) / 1000,
      maxMs: histogram.maxUs / 1000,
    }),
  );
});
