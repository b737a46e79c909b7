/**
 * What a client feels: asks for a key a thousand times a second until standard input ends, then prints the latencies as
 * JSON. It goes on asking while it waits: a probe that stops asking during a pause would count the pause once, where a
 * thousand requests suffered from it. A process of its own, so that load made by its starter does not delay its clock.
 *
 * Three busy processes share two cores here, so a request may have waited for nothing but a core. What the kernel says this
 * process and the server's main thread spent so is taken off in `servedMaxMs`: what is left is the server's doing.
 */
import { openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { encodeCommand } from '../client/encode.ts';
import { ReplyCounter } from '../client/reply-counter.ts';
import { Histogram } from '../load/histogram.ts';

const ASK_EVERY_MS = 1;

const request = encodeCommand(['GET', 'probe']);
const histogram = new Histogram();
const counter = new ReplyCounter();
const sentAtMs: number[] = [];
/** What `waitedForCoreMs` said when each was sent. */
const waitedAtMs: number[] = [];
let answered = 0;
let servedMaxMs = 0;

const schedstats = [process.pid, Number(process.argv[3])].map((pid) =>
  openSync(`/proc/${pid}/task/${pid}/schedstat`, 'r'),
);
const text = Buffer.alloc(128);

/** How long both main threads have been ready to run and not run, since they started. */
function waitedForCoreMs(): number {
  let sumNs = 0;
  for (const file of schedstats) {
    const length = readSync(file, text, 0, text.length, 0);
    sumNs += Number(text.toString('latin1', 0, length).split(' ')[1]);
  }
  return sumNs / 1e6;
}

function answer(nowMs: number, waitedMs: number): void {
  const latencyMs = nowMs - sentAtMs[answered];
  histogram.record(latencyMs * 1000);
  servedMaxMs = Math.max(servedMaxMs, latencyMs - (waitedMs - waitedAtMs[answered]));
  answered++;
}

const socket = connect({ host: '127.0.0.1', port: Number(process.argv[2]), noDelay: true });
socket.on('data', (chunk) => {
  const nowMs = performance.now();
  const waitedMs = waitedForCoreMs();
  for (let replies = counter.feed(chunk, 0, chunk.length); replies > 0; replies--) answer(nowMs, waitedMs);
  if (counter.errors > 0) throw new Error(counter.lastError);
});

const timer = setInterval(() => {
  waitedAtMs.push(waitedForCoreMs());
  sentAtMs.push(performance.now());
  socket.write(request);
}, ASK_EVERY_MS);

process.stdin.resume();
process.stdin.on('end', () => {
  clearInterval(timer);
  // Those still waiting have waited so long at least.
  const nowMs = performance.now();
  const waitedMs = waitedForCoreMs();
  while (answered < sentAtMs.length) answer(nowMs, waitedMs);
  socket.destroy();
  console.log(
    JSON.stringify({
      p50Ms: histogram.percentileUs(50) / 1000,
      p99Ms: histogram.percentileUs(99) / 1000,
      maxMs: histogram.maxUs / 1000,
      servedMaxMs,
    }),
  );
});
