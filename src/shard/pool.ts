/**
 * Starts the shard workers and keeps them running: each is a task that never ends on a Piscina thread. Should a thread die,
 * its locks are freed, its successor answers what it had begun, and the log says so.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { SharedConfig } from '../config/worker-config.ts';
import type { Plane } from '../execute/plane.ts';
import { workerOf } from '../execute/plane.ts';
import { ORDER_EVICT, ORDER_LOOK, ORDER_STOP, WorkerBoard } from '../execute/worker-board.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { forgetThread } from '../memory/lock.ts';
import type { WakerSpec } from '../transport/transport.ts';
import type { ControlMessage, SharedChange, WorkerLink, WorkerReport, WorkerTask } from './worker.ts';

/** One I/O thread, as workers reach it. */
export interface IoEnd {
  readonly waker: WakerSpec;
  /** A worker has started: this is the port for long messages. */
  attach(worker: number, port: MessagePort): void;
  /** A worker says that there is something to read (waker `port` only). */
  onPortMessage(): void;
}

export interface PoolLog {
  notice(message: string): void;
  warning(message: string): void;
}

interface Pool {
  readonly threads: readonly { readonly threadId: number; terminate(): Promise<number> }[];
  run(task: unknown, options: object): Promise<unknown>;
  destroy(): Promise<void>;
}

interface Handle {
  readonly board: WorkerBoard;
  readonly doorbell: Doorbell;
  control: MessagePort | undefined;
  /** Worker threads in this process have ids of their own, given by Node. */
  nodeThreadId: number;
}

export class WorkerPool {
  /** Told of changes of keys that a worker has noted (notify-keyspace-events). */
  onChanges: (changes: readonly SharedChange[]) => void = () => {};
  private readonly plane: Plane;
  private readonly ends: readonly IoEnd[];
  private readonly sharedConfig: () => SharedConfig;
  private readonly log: PoolLog;
  private readonly handles: Handle[];
  private pool: Pool | undefined;
  private stopping = false;
  /** A worker runs, or runs again: what was told to it before must be told again. */
  onStarted: () => void = () => {};
  /** Told of commands that took a worker long. */
  onSlow: (report: Extract<WorkerReport, { kind: 'slow' }>) => void = () => {};
  /** Workers that died and were started again. */
  restarts = 0;

  constructor(plane: Plane, ends: readonly IoEnd[], sharedConfig: () => SharedConfig, log: PoolLog) {
    this.plane = plane;
    this.ends = ends;
    this.sharedConfig = sharedConfig;
    this.log = log;
    this.handles = Array.from({ length: plane.workers }, (_, worker) => ({
      board: new WorkerBoard(plane.boards[worker]),
      doorbell: new Doorbell(plane.doorbells[plane.ioThreads + worker]),
      control: undefined,
      nodeThreadId: -1,
    }));
  }

  /** Loads Piscina only now: the server answers before its workers run. */
  async start(): Promise<void> {
    const { Piscina } = await import('piscina');
    if (this.stopping) return;
    this.pool = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      minThreads: this.plane.workers,
      maxThreads: this.plane.workers,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
    });
    for (let worker = 0; worker < this.plane.workers; worker++) this.keepRunning(worker);
  }

  /** Sends a message to every worker. */
  tell(message: ControlMessage): void {
    for (const { board, doorbell, control } of this.handles) {
      control?.postMessage(message);
      board.order(ORDER_LOOK);
      doorbell.ring();
    }
  }

  /** Memory is short: workers evict keys until it isn't. */
  evict(): void {
    for (const { board, doorbell } of this.handles) {
      board.order(ORDER_EVICT);
      doorbell.ring();
    }
  }

  /** Ends all workers after the command each is at. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const { board, doorbell } of this.handles) {
      board.order(ORDER_STOP);
      doorbell.ring();
    }
    await this.pool?.destroy();
  }

  /** Ends a worker's thread wherever it is, as a crash would: for tests. Another takes its place. */
  kill(worker: number): void {
    const { nodeThreadId } = this.handles[worker];
    this.pool?.threads.find(({ threadId }) => threadId === nodeThreadId)?.terminate();
  }

  private keepRunning(worker: number): void {
    this.runOnce(worker).then(
      () => {},
      (error: unknown) => {
        if (this.stopping) return;
        this.restarts++;
        this.bury(worker);
        const reason = error instanceof Error ? error.message : String(error);
        this.log.warning(`Worker ${worker} stopped (${reason}); starting it again`);
        this.keepRunning(worker);
      },
    );
  }

  private runOnce(worker: number): Promise<unknown> {
    const control = new MessageChannel();
    const handle = this.handles[worker];
    handle.control = control.port1;
    control.port1.on('message', (report: WorkerReport) => this.onReport(worker, report));
    control.port1.unref();
    const links: WorkerLink[] = this.ends.map((end) => {
      const data = new MessageChannel();
      const wake = new MessageChannel();
      wake.port1.on('message', () => end.onPortMessage());
      wake.port1.unref();
      end.attach(worker, data.port1);
      return { dataPort: data.port2, wakePort: wake.port2, waker: end.waker };
    });
    const task: WorkerTask = {
      plane: this.plane,
      worker,
      links,
      controlPort: control.port2,
      config: this.sharedConfig(),
    };
    const transferList = [control.port2, ...links.flatMap(({ dataPort, wakePort }) => [dataPort, wakePort])];
    return (this.pool as Pool).run(task, { transferList });
  }

  private onReport(worker: number, report: WorkerReport): void {
    if (report.kind === 'started') {
      this.handles[worker].nodeThreadId = report.nodeThreadId;
      this.onStarted();
    } else if (report.kind === 'changes') this.onChanges(report.changes);
    else if (report.kind === 'slow') this.onSlow(report);
    else this.log.warning(`Command ${report.command} failed on worker ${worker}; this is a bug.\n${report.stack}`);
  }

  /** Frees what a dead worker held. */
  private bury(worker: number): void {
    const threadId = this.plane.ioThreads + worker;
    this.plane.shards.forEach((buffer, shard) => {
      if (forgetThread(new Int32Array(buffer), threadId)) {
        this.log.warning(`Worker ${worker} died while it changed shard ${shard}; its keys may be incomplete`);
      }
      if (workerOf(shard, this.plane.workers) === worker) this.handles[worker].doorbell.ring();
    });
  }
}
