import type { Config } from '../config/config.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import type { Log } from '../observe/log.ts';
import type { ListenOptions, Transport } from '../transport/transport.ts';

/** What is settled when the server begins to listen, and what Redis says where it can't be changed. */
const SETTLED = {
  port: 'Unable to listen on this port. Check server logs.',
  bind: 'Failed to bind to specified addresses.',
  'tcp-keepalive': "can't be changed while the server runs",
};

/** CONFIG SET of where the server listens is refused rather than taken and not acted on. */
export function keepWhereItListens(config: Config, log: Log): void {
  for (const name of Object.keys(SETTLED) as (keyof typeof SETTLED)[]) {
    const settled = config.value(name);
    config.onChange(name, () => {
      // Taking the refused change back is told of too.
      if (config.value(name) === settled) return;
      log.warning(`Directive '${name}' can't be changed while the server runs yet.`);
      throw new ConfigRefusal(SETTLED[name]);
    });
  }
}

/**
 * Listens where the configuration says. @param isShared whether other I/O threads are to listen there too
 * @returns what they are to be told  @throws Error that says in one line why it can't
 */
export async function listen(
  transport: Transport,
  config: Config,
  log: Log,
  isShared: boolean,
): Promise<ListenOptions> {
  const options: ListenOptions = {
    bind: config.value('bind'),
    port: config.value('port'),
    backlog: config.value('tcp-backlog'),
    keepAliveSeconds: config.value('tcp-keepalive'),
    sharesPort: isShared ? 'first' : undefined,
    unixSocketPath: config.value('unixsocket') || undefined,
    unixSocketMode: config.value('unixsocketperm') || undefined,
  };
  try {
    const { port } = await transport.listen(options);
    // A Unix socket is one thread's: its kernel object can't be shared by name.
    return { ...options, port, sharesPort: 'joins', unixSocketPath: undefined };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'Address already in use' : `${error}`;
    log.warning(`Failed listening on port ${options.port} (tcp), aborting: ${reason}`);
    throw new Error(`Can't listen on port ${options.port}: ${reason}`);
  }
}
