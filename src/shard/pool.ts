/**
 * Starts the shard workers when they are first needed and keeps them running: each is a task that never ends on the thread
 * of a Piscina pool of one. Should the thread die, its locks are freed, its successor answers what it had begun, and the
 * log says so. While a worker isn't there, a StandIn keeps its place.
 */
import { createRequire } from 'node:module';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { FineClock } from '../base/clock.ts';
import type { SharedConfig } from '../config/worker-config.ts';
import type { Plane } from '../execute/plane.ts';
import { workerOf } from '../execute/plane.ts';
import { ORDER_EVICT, ORDER_LOOK, ORDER_STOP, WorkerBoard } from '../execute/worker-board.ts';
import { Doorbell } from '../memory/doorbell.ts';
import { forgetThread } from '../memory/lock.ts';
import { RingConsumer } from '../memory/ring.ts';
import type { WakerSpec } from '../transport/transport.ts';
import { StandIn } from './stand-in.ts';
import type { ControlMessage, SharedChange, WorkerLink, WorkerReport, WorkerTask } from './worker.ts';

/** One I/O thread, as workers reach it. */
export interface IoEnd {
  readonly waker: WakerSpec;
  /** A worker is to be started when it is needed, or is started again: this is the port for long messages. */
  attach(worker: number, port: MessagePort): void;
  /** A worker says that there is something to read (waker `port` only). */
  onPortMessage(): void;
}

export interface PoolLog {
  notice(message: string): void;
  warning(message: string): void;
}

interface Pool {
  readonly threads: readonly { terminate(): Promise<number> }[];
  run(task: unknown, options: object): Promise<unknown>;
  destroy(): Promise<void>;
}

interface Handle {
  readonly board: WorkerBoard;
  readonly doorbell: Doorbell;
  /** Of the one thread; undefined until the worker is first needed. */
  pool: Pool | undefined;
  /** Undefined until the worker is started. */
  control: MessagePort | undefined;
  /** Shards that a worker held when it died, which its successor is to look through. */
  readonly suspects: Set<number>;
  /** Set while the worker isn't there. */
  standIn: StandIn | undefined;
}

/** What a worker is handed when it starts, made before it does: mail may wait for it. */
type Links = readonly WorkerLink[];

/** The worker's bundle, of the same build as this one: set by scripts/build.mjs. */
const WORKER_FILE = process.env.MAYFLY_WORKER as string;
/** A worker that dies before it has run is tried again after this. */
const RETRY_MS = 1000;

export class WorkerPool {
  /** Told of changes of keys that a worker has noted (notify-keyspace-events). */
  onChanges: (changes: readonly SharedChange[]) => void = () => {};
  private readonly plane: Plane;
  private readonly ends: readonly IoEnd[];
  private readonly sharedConfig: () => SharedConfig;
  private readonly log: PoolLog;
  private readonly handles: readonly Handle[];
  private readonly clock = new FineClock();
  private stopping = false;
  /**
   * Removes, on this thread, what is due in the shards of a worker that isn't there.
   * @returns when to look again, ms since 1970; Infinity: when the worker's doorbell is rung
   */
  expireInStead: (worker: number) => number = () => Number.POSITIVE_INFINITY;
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
      pool: undefined,
      control: undefined,
      suspects: new Set<number>(),
      standIn: undefined,
    }));
  }

  /** From now on each worker is started as soon as it is needed. */
  start(): void {
    // Node never again looks for a package that it once could not find, be it for want of descriptors only.
    createRequire(import.meta.url).resolve('piscina');
    for (let worker = 0; worker < this.plane.workers; worker++) {
      const links = this.link(worker);
      this.keepPlace(worker, () => this.keepRunning(worker, links));
    }
  }

  /** Workers that run now. */
  get running(): number {
    return this.handles.filter(({ control, standIn }) => control !== undefined && standIn === undefined).length;
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
    for (const { board, doorbell, standIn } of this.handles) {
      standIn?.end();
      board.order(ORDER_STOP);
      doorbell.ring();
    }
    await Promise.all(this.handles.map(({ pool }) => pool?.destroy()));
  }

  /** Ends a worker's thread wherever it is, as a crash would: for tests. Another takes its place. */
  kill(worker: number): void {
    this.handles[worker].pool?.threads[0]?.terminate();
  }

  /** @param start has the worker started; left out if it is being started already */
  private keepPlace(worker: number, start?: () => void): void {
    const handle = this.handles[worker];
    const { requests } = this.plane;
    const post = {
      wantsWorker: () =>
        handle.board.isOrdered(ORDER_EVICT) || requests.some((of) => new RingConsumer(of[worker]).peek() >= 0),
      expireDue: () => this.expireInStead(worker),
      start: () => start?.(),
    };
    handle.standIn = new StandIn(handle.doorbell, post, this.clock, start === undefined);
  }

  private keepRunning(worker: number, links: Links): void {
    this.runOnce(worker, links).then(
      () => {},
      (error: unknown) => {
        if (this.stopping) return;
        this.restarts++;
        this.bury(worker);
        const reason = error instanceof Error ? error.message : String(error);
        this.log.warning(`Worker ${worker} stopped (${reason}); starting it again`);
        const links = this.link(worker);
        const hasRun = this.handles[worker].standIn === undefined;
        if (hasRun) this.keepPlace(worker);
        // One that can't start will hardly do so in the next millisecond.
        setTimeout(() => this.keepRunning(worker, links), hasRun ? 0 : RETRY_MS).unref();
      },
    );
  }

  /** The ways between a worker that is to come and the I/O threads. */
  private link(worker: number): Links {
    return this.ends.map((end) => {
      const data = new MessageChannel();
      const wake = new MessageChannel();
      wake.port1.on('message', () => end.onPortMessage());
      wake.port1.unref();
      end.attach(worker, data.port1);
      return { dataPort: data.port2, wakePort: wake.port2, waker: end.waker };
    });
  }

  /** Loads what starts workers, or will have: 15 ms, for a moment when nobody waits. */
  async load() {
    return await import('piscina');
  }

  private async runOnce(worker: number, links: Links): Promise<unknown> {
    const handle = this.handles[worker];
    const { Piscina } = await this.load();
    if (this.stopping) return;
    handle.pool ??= new Piscina({
      filename: new URL(WORKER_FILE, import.meta.url).href,
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
    });
    const control = new MessageChannel();
    handle.control = control.port1;
    control.port1.on('message', (report: WorkerReport) => this.onReport(worker, report));
    control.port1.unref();
    const task: WorkerTask = {
      plane: this.plane,
      worker,
      links,
      controlPort: control.port2,
      config: this.sharedConfig(),
      suspects: [...handle.suspects],
    };
    const transferList = [control.port2, ...links.flatMap(({ dataPort, wakePort }) => [dataPort, wakePort])];
    return handle.pool.run(task, { transferList });
  }

  /** Takes what a worker has reported so far, which the event loop would bring only later. */
  takeReports(worker: number): void {
    const port = this.handles[worker].control;
    if (port === undefined) return;
    for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port))
      this.onReport(worker, got.message);
  }

  private onReport(worker: number, report: WorkerReport): void {
    if (report.kind === 'started') {
      this.handles[worker].standIn?.end();
      this.handles[worker].standIn = undefined;
      this.onStarted();
    } else if (report.kind === 'changes') this.onChanges(report.changes);
    else if (report.kind === 'slow') this.onSlow(report);
    else if (report.kind === 'inspected') this.onInspected(worker, report);
    else this.log.warning(`Command ${report.command} failed on worker ${worker}; this is a bug.\n${report.stack}`);
  }

  private onInspected(worker: number, { shard, problems }: Extract<WorkerReport, { kind: 'inspected' }>): void {
    this.handles[worker].suspects.delete(shard);
    if (problems.length === 0) return this.log.notice(`Shard ${shard} is whole`);
    this.log.warning(
      `Shard ${shard} is damaged (${problems.length} findings, the first: ${problems[0]}). Copy what you need of its keys ` +
        'to another server and start this one anew. DEBUG CHECK tells the rest.',
    );
  }

  /** Frees what a dead worker held. */
  private bury(worker: number): void {
    const threadId = this.plane.ioThreads + worker;
    this.plane.shards.forEach((buffer, shard) => {
      if (forgetThread(new Int32Array(buffer), threadId)) {
        this.handles[worker].suspects.add(shard);
        this.log.warning(`Worker ${worker} died while it held shard ${shard}; its successor looks it through`);
      }
      if (workerOf(shard, this.plane.workers) === worker) this.handles[worker].doorbell.ring();
    });
  }
}
