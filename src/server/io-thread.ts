/** Entry of an I/O thread beside thread 0: its own event loop, transport and connections over what all threads share. */
import { parentPort, workerData } from 'node:worker_threads';
import { FineClock } from '../base/clock.ts';
import { WorkerConfig } from '../config/worker-config.ts';
import { openLog } from '../observe/log.ts';
import { openTransport } from '../transport/choose.ts';
import { threadCommands, wholeServerCommands } from './commands.ts';
import { buildCore } from './core.ts';
import { debugBesideThread0 } from './debug-commands.ts';
import type { IoThreadOrder, IoThreadReport, IoThreadTask } from './io-messages.ts';
import { relay, relayed } from './io-relay.ts';
import { connectPeers } from './io-work.ts';
import { renameCommands } from './renamed-commands.ts';
import type { Services, ThreadServices } from './services.ts';
import { noteSlowCommands } from './slow-commands.ts';

function runIoThread(task: IoThreadTask, report: (report: IoThreadReport) => void): void {
  const config = new WorkerConfig(task.config);
  const log = openLog({ level: config.value('loglevel'), file: config.value('logfile') });
  config.onChange('loglevel', () => log.setLevel(config.value('loglevel')));
  const core = buildCore(config, log, task.plane, task.ioThread);
  const { server } = core;
  const { transport } = openTransport(task.transport, server);
  const services: ThreadServices = {
    ...core,
    config,
    log,
    startedMs: task.startedMs,
    clock: new FineClock(),
    shutDown: (reason, wantsSave) => peers.tell(0, { kind: 'shut-down', reason, wantsSave }),
  };
  const peers = connectPeers(task.ports, services, {
    config: (update) => config.apply(update),
    onRelayed: () => {
      throw new Error('commands are relayed to thread 0');
    },
  });
  noteSlowCommands(core.executor, peers, config);
  core.registry.register(threadCommands(services));
  core.registry.register(
    // Only what they declare is of use here: their work is thread 0's, so they get none of its parts.
    wholeServerCommands({} as Services).map((each) =>
      each.name === 'debug' ? debugBesideThread0(services, (ctx) => relay(ctx, peers)) : relayed(each, peers),
    ),
  );
  renameCommands(core.registry, task.renamedCommands);
  core.housekeeping.start();

  const stop = async (): Promise<void> => {
    core.housekeeping.stop();
    // Koffi's watches must not outlive the loop.
    await transport.close();
    peers.close();
    parentPort?.close();
  };
  const failing = (error: unknown): void => report({ kind: 'failed', reason: `${error}` });
  parentPort?.on('message', (order: IoThreadOrder) => {
    if (order.kind === 'attach') core.handOff.attach(order.worker, order.port);
    else if (order.kind === 'stop') stop().catch(failing);
    else transport.listen(order.options).then(() => report({ kind: 'listening' }), failing);
  });
  report({ kind: 'ready', waker: transport.waker });
}

runIoThread(workerData as IoThreadTask, (report) => parentPort?.postMessage(report));
