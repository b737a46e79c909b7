/** Builds a server out of its configuration and starts it: the only place where all parts meet. */
import { FineClock } from '../base/clock.ts';
import { entropy } from '../base/entropy.ts';
import { osSeededRandom } from '../base/random.ts';
import type { Config } from '../config/config.ts';
import { GUARD_DIRECTIVES } from '../execute/guard-config.ts';
import { regionOver } from '../execute/messages.ts';
import { createPlane, type Plane } from '../execute/plane.ts';
import { WORKER_DIRECTIVES } from '../execute/store-config.ts';
import { THREADS_MAX } from '../memory/lock.ts';
import { LatencyMonitor } from '../observe/latency-monitor.ts';
import { type Log, openLog } from '../observe/log.ts';
import { SLOW_LOG_DIRECTIVES, SlowLog } from '../observe/slow-log.ts';
import { WorkerPool } from '../shard/pool.ts';
import { openTransport } from '../transport/choose.ts';
import type { TransportHandler } from '../transport/transport.ts';
import { listDebug } from '../types/list-limits.ts';
import { ActiveExpire } from './active-expire.ts';
import { keepArrayThresholdsApart } from './array-thresholds.ts';
import { printBanner, showsLogo } from './banner.ts';
import { threadCommands, wholeServerCommands } from './commands.ts';
import { buildCore } from './core.ts';
import { expiryInStead } from './expire-in-stead.ts';
import type { RelayedCommand } from './io-messages.ts';
import { runRelayed } from './io-relay.ts';
import { connectThreads, IoThreads } from './io-threads.ts';
import { connectPeers } from './io-work.ts';
import { Listening } from './listen.ts';
import { keepClientsPossible } from './open-files.ts';
import { writePidFile } from './pid-file.ts';
import { showTitle } from './process-title.ts';
import { renameCommands } from './renamed-commands.ts';
import type { Services } from './services.ts';
import { Settling } from './settle.ts';
import { Shutdown } from './shutdown.ts';
import { tellSlowCommands } from './slow-commands.ts';

/** The main thread is the first of the I/O threads. */
const IO_THREAD = 0;

/** What workers are told of the configuration. */
const SHARED_DIRECTIVES = [...WORKER_DIRECTIVES, ...SLOW_LOG_DIRECTIVES, ...GUARD_DIRECTIVES];

/** A running server and its parts. */
export interface Mayfly extends Services {
  /** Closes every connection, stops every thread. */
  stop(): Promise<void>;
}

/** Starts listening; workers start when they are needed. @throws Error that says in one line why it can't */
export async function startMayfly(config: Config): Promise<Mayfly> {
  const startedMs = Date.now();
  const log = openLog({ level: config.value('loglevel'), file: config.value('logfile') });
  config.onNotice(({ level, text }) => log[level](text));
  config.onChange('loglevel', () => log.setLevel(config.value('loglevel')));

  const ioThreads = await possibleIoThreads(config, log);
  keepClientsPossible(config, log, ioThreads - 1 + config.value('workers'));
  const plane = planeFor(config, ioThreads);
  const core = buildCore(config, log, plane, IO_THREAD);
  const { server, handOff } = core;
  const { transport, log: transportLine } = openTransport(config.value('transport'), server);
  const end = {
    waker: transport.waker,
    attach: handOff.attach.bind(handOff),
    onPortMessage: () => transport.onPortMessage(),
  };
  const ports = connectThreads(ioThreads);
  const renamedCommands = config.fileDirectives['rename-command'];
  const toThreads = { plane, config: config.toIoThreads(), transport: transport.name, renamedCommands, startedMs };
  const others = new IoThreads(toThreads, ports);
  const orEnd = async <T>(starting: Promise<T>): Promise<T> => {
    try {
      return await starting;
    } catch (error) {
      await Promise.all([others.stop(), transport.close()]);
      throw error;
    }
  };
  const ends = [end, ...(await orEnd(others.ready()))];
  const pool = new WorkerPool(plane, ends, () => config.toShared(SHARED_DIRECTIVES), log);
  config.onCommit((names) => {
    server.peers?.ask('config', config.toIoThreads(names));
    const shared = SHARED_DIRECTIVES.filter((name) => names.includes(name));
    if (shared.length > 0) pool.tell({ kind: 'config', update: config.toShared(shared) });
  });

  // After workers have been told of the new limit.
  config.onCommit((names) => {
    if (names.includes('maxmemory') && core.guard.isShort) core.evict();
  });
  const activeExpire = new ActiveExpire(pool);
  core.gate.onPause = (paused) => activeExpire.setPaused(paused);
  pool.expireInStead = expiryInStead(core, activeExpire);
  const settling = new Settling(pool, log);
  pool.onStarted = () => {
    settling.begin();
    activeExpire.tell();
    pool.tell({ kind: 'packed-threshold', bytes: listDebug.packedThresholdBytes });
  };
  const slowLog = new SlowLog(config);
  const latency = new LatencyMonitor();
  const onSlow = tellSlowCommands({ slowLog, latency }, core.executor, pool, server, config);

  const stop = async (): Promise<void> => {
    transport.stopListening();
    core.housekeeping.stop();
    settling.stop();
    server.peers?.end();
    await Promise.all([others.stop(), pool.stop()]);
    await transport.close();
  };
  const shutdown = new Shutdown(log, stop, config.value('pidfile'));
  const listening = new Listening(transport, config, log, ioThreads > 1);
  const services: Services = {
    ...core,
    config,
    log,
    pool,
    activeExpire,
    transport,
    listening,
    slowLog,
    latency,
    startedMs,
    clock: new FineClock(),
    runId: entropy(20).toString('hex'),
    replicationId: { current: entropy(20).toString('hex') },
    shutDown(reason, wantsSave) {
      if (wantsSave) log.warning('The data is not saved: saving to disk is not built yet.');
      shutdown.begin(reason);
    },
  };
  pool.onChanges = (changes) => {
    const classes = config.value('notify-keyspace-events');
    const noted = changes.map((change) => ({ ...change, key: regionOver(change.key) }));
    core.server.inBatchOf(() => core.server.publishChanges(noted, classes));
  };
  // A client that has its reply has been told before of what the command changed.
  const orderChanges = (): void => {
    const isOn = config.value('notify-keyspace-events') !== 0;
    core.handOff.beforeReply = isOn ? (worker) => pool.takeReports(worker) : undefined;
  };
  config.onChange('notify-keyspace-events', orderChanges);
  orderChanges();
  core.registry.register(threadCommands(services));
  core.registry.register(wholeServerCommands(services));
  await orEnd(Promise.resolve().then(() => renameCommands(core.registry, renamedCommands)));
  if (ioThreads > 1) {
    const onRelayed = (command: RelayedCommand) => runRelayed(command, services);
    connectPeers(ports[IO_THREAD], services, { config() {}, onRelayed, onSlow });
  }

  announce(services, transportLine);
  const joining = await orEnd(listening.start());
  await orEnd(others.listen(joining));
  others.onFailure = (reason) => shutdown.abort(reason);
  keepArrayThresholdsApart(config);
  noteProcessId(config, log);
  shutdown.onSignals();
  showTitle(config);
  core.housekeeping.start();
  log.notice('Ready to accept connections tcp');
  pool.start();
  settling.begin();
  return { ...services, stop };
}

/** How many threads can receive and send here, if not as many as are configured. @throws Error if that was insisted on */
async function possibleIoThreads(config: Config, log: Log): Promise<number> {
  const wanted = config.value('io-threads');
  if (wanted === 1) return 1;
  const threads = wanted + config.value('workers');
  if (threads > THREADS_MAX) {
    throw new Error(
      `io-threads ${wanted} and workers ${threads - wanted} are ${threads}; at most ${THREADS_MAX} can be`,
    );
  }
  if (config.value('handoff') === 'never') throw new Error(`io-threads ${wanted} needs handoff auto or always`);
  const choice = config.value('transport');
  if (choice === 'net') throw new Error(`io-threads ${wanted} needs transport io_uring or epoll, not net`);
  if (choice !== 'auto') return wanted;
  const { transport, log: why } = openTransport(choice, IDLE);
  await transport.close();
  if (transport.name !== 'net') return wanted;
  log.warning(`io-threads ${wanted} needs io_uring or epoll; one thread receives and sends: ${why}`);
  return 1;
}

/** For a transport that is only tried. */
const IDLE: TransportHandler = {
  onOpen: () => false,
  onReceive() {},
  onDrain() {},
  onClose() {},
  onBatchEnd() {},
  onWake() {},
};

function planeFor(config: Config, ioThreads: number): Plane {
  const options = {
    shardCount: config.value('shards'),
    shardBytes: config.value('shard-memory'),
    databases: config.value('databases'),
    ioThreads,
    workers: config.value('workers'),
  };
  return createPlane(options, osSeededRandom().next32() | 0);
}

function announce({ config, log, plane, transport }: Services, transportLine: string): void {
  const facts = {
    port: config.value('port'),
    unixSocket: config.value('unixsocket'),
    pid: process.pid,
    ioThreads: plane.ioThreads,
    workers: plane.workers,
    shards: plane.shards.length,
    transport: transport.name,
  };
  printBanner(log, facts, showsLogo(config, process.stdout.isTTY === true));
  log.notice(transportLine);
  log.notice('Server initialized');
}

/** Redis' place for a background server that was given none. */
const DAEMON_PID_FILE = '/var/run/mayfly.pid';

/** The server can do without the file, so it only says so when it can't be written. */
function noteProcessId(config: Config, log: Log): void {
  const path = config.value('pidfile') || (config.value('daemonize') ? DAEMON_PID_FILE : '');
  if (path === '') return;
  try {
    writePidFile(path, process.pid);
  } catch (error) {
    log.warning(`Can't write the process ID file: ${(error as Error).message}`);
  }
}
