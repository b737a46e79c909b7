/** Where the server listens: settled at start, and moved by CONFIG SET of `port`, `bind` and `tcp-keepalive`. */
import type { Config, ConfigChange } from '../config/config.ts';
import type { DirectiveName } from '../config/directives.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import type { Log } from '../observe/log.ts';
import type { ListenOptions, Transport } from '../transport/transport.ts';

/** What says where it listens, and Redis' words where that can't be had. */
const REFUSALS = {
  port: 'Unable to listen on this port. Check server logs.',
  bind: 'Failed to bind to specified addresses.',
  'tcp-keepalive': "can't be changed here while the server runs. Check server logs.",
} satisfies Partial<Record<DirectiveName, string>>;
const DIRECTIVES = Object.keys(REFUSALS) as (keyof typeof REFUSALS)[];

export class Listening {
  private readonly transport: Transport;
  private readonly config: Config;
  private readonly log: Log;
  private readonly isShared: boolean;
  /** As texts: what it listens by now. */
  private settled = '';
  /** One move at a time. */
  private moving: Promise<unknown> = Promise.resolve();

  /** @param isShared whether other I/O threads listen there too */
  constructor(transport: Transport, config: Config, log: Log, isShared: boolean) {
    this.transport = transport;
    this.config = config;
    this.log = log;
    this.isShared = isShared;
  }

  /**
   * Listens where the configuration says.
   * @returns what other I/O threads are to be told  @throws Error that says in one line why it can't
   */
  async start(): Promise<ListenOptions> {
    const { config, log, transport } = this;
    const options = { ...this.optionsOf(config), sharesPort: this.isShared ? ('first' as const) : undefined };
    try {
      const { port } = await transport.listen(options);
      this.settled = textOf(config);
      this.refuseOtherwise();
      // A Unix socket is one thread's: its kernel object can't be shared by name.
      return { ...options, port, sharesPort: 'joins', unixSocketPath: undefined };
    } catch (error) {
      const reason = reasonOf(error);
      log.warning(`Failed listening on port ${options.port} (tcp), aborting: ${reason}`);
      throw new Error(`Can't listen on port ${options.port}: ${reason}`);
    }
  }

  /** Whether it has to move before the change can take effect, and can. */
  mustMoveFor(change: ConfigChange): boolean {
    if (!DIRECTIVES.some((name) => change.changes(name)) || textOf(change) === this.settled) return false;
    if (!this.isShared) return true;
    this.log.warning('Several I/O threads listen: where they do is settled at start.');
    return false;
  }

  /**
   * Listens where the change says and nowhere else any more, then puts the change in force; connections stay. Where that
   * can't be, all is as before. Not within a batch.
   * @throws ConfigCommandError
   */
  moveFor(change: ConfigChange): Promise<void> {
    const moved = this.moving.then(() => this.move(change));
    this.moving = moved.catch(() => undefined);
    return moved;
  }

  private async move(change: ConfigChange): Promise<void> {
    const before = this.optionsOf(this.config);
    const { settled } = this;
    try {
      await this.listenOnly(this.optionsOf(change));
      this.settled = textOf(change);
    } catch (error) {
      this.log.warning(
        `Can't listen on ${change.value('bind').join(' ')} port ${change.value('port')}: ${reasonOf(error)}`,
      );
      await this.listenOnly(before);
    }
    try {
      change.commit();
    } catch (error) {
      if (this.settled !== settled) await this.listenOnly(before);
      this.settled = settled;
      throw error;
    }
  }

  private async listenOnly(options: ListenOptions): Promise<void> {
    this.transport.stopListening();
    await this.transport.listen(options);
  }

  private optionsOf(config: Pick<Config, 'value'>): ListenOptions {
    return {
      bind: config.value('bind'),
      port: config.value('port'),
      backlog: config.value('tcp-backlog'),
      keepAliveSeconds: config.value('tcp-keepalive'),
      unixSocketPath: config.value('unixsocket') || undefined,
      unixSocketMode: config.value('unixsocketperm') || undefined,
    };
  }

  /** A change that it has not moved for is refused rather than taken and not acted on. */
  private refuseOtherwise(): void {
    for (const name of DIRECTIVES) {
      this.config.onChange(name, () => {
        // Taking the refused change back is told of too.
        if (textOf(this.config) !== this.settled) throw new ConfigRefusal(REFUSALS[name]);
      });
    }
  }
}

const textOf = (config: Pick<Config, 'value'>): string => JSON.stringify(DIRECTIVES.map((name) => config.value(name)));

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'Address already in use' : `${error}`;
}
