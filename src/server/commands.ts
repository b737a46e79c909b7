/** The commands that need a connection or the server: known to I/O threads alone. */
import type { Command } from '../commands/define.ts';
import { adminCommands } from './admin-commands.ts';
import { authCommand } from './authentication.ts';
import { clientCommands } from './client-commands.ts';
import { commandCommands } from './command-commands.ts';
import { configCommands } from './config-commands.ts';
import { connectionCommands } from './connection-commands.ts';
import { debugCommand } from './debug-commands.ts';
import { helloCommands } from './hello-commands.ts';
import { infoCommand } from './info/info-command.ts';
import { latencyCommands } from './latency-commands.ts';
import { memoryCommands } from './memory-commands.ts';
import { migrateCommand } from './migrate-command.ts';
import { monitorCommand } from './monitor-commands.ts';
import { pubsubCommands } from './pubsub-commands.ts';
import type { Services, ThreadServices } from './services.ts';
import { slowlogCommands } from './slowlog-commands.ts';
import { transactionCommands } from './transaction-commands.ts';

/** What each I/O thread runs for its own clients. */
export function threadCommands(services: ThreadServices): readonly Command[] {
  return [
    ...connectionCommands,
    authCommand(services.authentication),
    ...helloCommands(services),
    ...clientCommands(services),
    ...commandCommands(services.registry),
    ...transactionCommands(services),
    ...pubsubCommands(services.server.subscriptions),
    ...adminCommands(services),
    migrateCommand(services),
    monitorCommand(services.server),
  ];
}

/** What is about the server as a whole: thread 0 runs it, for clients of the others too. */
export function wholeServerCommands(services: Services): readonly Command[] {
  return [
    ...configCommands(services),
    infoCommand(services),
    debugCommand(services),
    ...memoryCommands(services),
    ...slowlogCommands(services),
    ...latencyCommands(services),
  ];
}
