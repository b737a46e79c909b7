/**
 * Starts the I/O threads beside thread 0, passes on what they need, and ends them. One that fails takes the process with it:
 * its connections belong to the process and would hang, and what it was changing may be half done.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { SharedConfig } from '../config/worker-config.ts';
import type { Plane } from '../execute/plane.ts';
import type { IoEnd } from '../shard/pool.ts';
import type { ListenOptions, Transport, WakerSpec } from '../transport/transport.ts';
import type { IoThreadOrder, IoThreadReport, IoThreadTask } from './io-messages.ts';
import type { RenamedCommands } from './renamed-commands.ts';

/** The bundle of such a thread, of the same build as this one: set by scripts/build.mjs. */
const IO_THREAD_FILE = process.env.MAYFLY_IO_THREAD as string;

/** What is the same for all threads that are started. */
export interface IoThreadsOptions {
  readonly plane: Plane;
  readonly config: SharedConfig;
  readonly transport: Transport['name'];
  readonly renamedCommands: RenamedCommands;
  readonly startedMs: number;
}

/** Every pair of threads has a channel: `ports[a][b]` is a's end of that to b. */
export function connectThreads(threads: number): (MessagePort | undefined)[][] {
  const ports: (MessagePort | undefined)[][] = Array.from({ length: threads }, () =>
    new Array<MessagePort | undefined>(threads).fill(undefined),
  );
  for (let one = 0; one < threads; one++) {
    for (let other = 0; other < one; other++) {
      const { port1, port2 } = new MessageChannel();
      ports[one][other] = port1;
      ports[other][one] = port2;
    }
  }
  return ports;
}

export class IoThreads {
  /** Told why a thread has ended that should not have. */
  onFailure: (reason: string) => void = () => {};
  private readonly threads: readonly IoThread[];

  /** @param ports of each thread, as `connectThreads` makes them; thread 0 keeps its own */
  constructor(options: IoThreadsOptions, ports: readonly (readonly (MessagePort | undefined)[])[]) {
    this.threads = ports.slice(1).map((own, index) => {
      const task: IoThreadTask = { ...options, ioThread: index + 1, ports: own };
      return new IoThread(task, (reason) => this.onFailure(reason));
    });
  }

  /** Waits until all can be reached. @returns how workers reach them, in order  @throws Error that says why one can't start */
  ready(): Promise<IoEnd[]> {
    return Promise.all(this.threads.map((thread) => thread.ready()));
  }

  /** Has all of them listen. @throws Error if one can't */
  async listen(options: ListenOptions): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.listen(options)));
  }

  /** Ends all, their connections with them. */
  async stop(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }
}

class IoThread {
  private readonly worker: Worker;
  private readonly isReady: Promise<WakerSpec>;
  private readonly isListening: Promise<void>;
  private readonly isGone: Promise<void>;
  private stopping = false;

  constructor(task: IoThreadTask, onFailure: (reason: string) => void) {
    const { ioThread } = task;
    const worker = new Worker(new URL(IO_THREAD_FILE, import.meta.url), {
      name: `io-${ioThread}`,
      workerData: task,
      transferList: task.ports.flatMap((port) => port ?? []),
    });
    this.worker = worker;
    const failed = new Promise<never>((_, reject) => {
      const fail = (reason: string) => {
        if (this.stopping) return;
        reject(new Error(reason));
        onFailure(reason);
      };
      worker.on('error', (error) => fail(`I/O thread ${ioThread} failed: ${error.stack ?? error}`));
      worker.on('exit', (code) => fail(`I/O thread ${ioThread} ended with code ${code}.`));
      worker.on('message', (report: IoThreadReport) => {
        if (report.kind === 'failed') fail(`I/O thread ${ioThread}: ${report.reason}`);
      });
    });
    // Whoever waits for one of the promises below hears of it; otherwise onFailure has.
    failed.catch(() => {});
    const reported = <K extends IoThreadReport['kind']>(kind: K): Promise<Extract<IoThreadReport, { kind: K }>> => {
      const came = new Promise<Extract<IoThreadReport, { kind: K }>>((resolve) => {
        worker.on('message', (report: IoThreadReport) => {
          if (report.kind === kind) resolve(report as Extract<IoThreadReport, { kind: K }>);
        });
      });
      const either = Promise.race([came, failed]);
      either.catch(() => {});
      return either;
    };
    this.isReady = reported('ready').then(({ waker }) => waker);
    this.isReady.catch(() => {});
    this.isListening = reported('listening').then(() => {});
    this.isListening.catch(() => {});
    this.isGone = new Promise((resolve) => worker.once('exit', () => resolve()));
  }

  async ready(): Promise<IoEnd> {
    return {
      waker: await this.isReady,
      attach: (worker, port) => this.order({ kind: 'attach', worker, port }, [port]),
      onPortMessage: () => {
        throw new Error('I/O threads are woken by their eventfds');
      },
    };
  }

  listen(options: ListenOptions): Promise<void> {
    this.order({ kind: 'listen', options });
    return this.isListening;
  }

  stop(): Promise<void> {
    this.stopping = true;
    this.order({ kind: 'stop' });
    return this.isGone;
  }

  private order(order: IoThreadOrder, transferList: MessagePort[] = []): void {
    this.worker.postMessage(order, transferList);
  }
}
