/** What stands between clients and their commands: the password, pauses, MONITOR. Out of the way while there is none. */
import type { Command } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import type { ConfigView } from '../config/config-view.ts';
import type { Authentication } from './authentication.ts';
import type { Connection } from './connection.ts';
import type { Pause } from './pause.ts';
import type { Server } from './server.ts';

/** To Redis a monitor is a sort of replica. */
const MONITORS_ONLY = error("ERR Replica can't interact with the keyspace");

export class Gate {
  /** Told when a pause begins or ends. */
  onPause: (paused: boolean) => void = () => {};
  private readonly server: Server;
  private readonly authentication: Authentication;
  private readonly pause: Pause;

  constructor(server: Server, authentication: Authentication, pause: Pause, config: ConfigView) {
    this.server = server;
    this.authentication = authentication;
    this.pause = pause;
    this.pause.onChange = () => {
      this.update();
      this.onPause(this.pause.isOn);
    };
    this.update();
    server.monitors.onChange = () => this.update();
    config.onChange('requirepass', () => this.update());
  }

  private update(): void {
    const { server, authentication, pause } = this;
    server.asksPassword = !authentication.isOpen;
    const isNeeded = server.asksPassword || pause.isOn || !server.monitors.isEmpty;
    server.interceptor = isNeeded ? (command, connection) => this.intercept(command, connection) : undefined;
  }

  private intercept(command: Command, connection: Connection): boolean {
    if (this.server.asksPassword) {
      const refusal = this.authentication.refusal(command, connection);
      if (refusal !== undefined) {
        this.server.dispatcher.refuse(command, error(refusal), connection);
        return true;
      }
    }
    if (this.server.monitors.refuses(command, connection)) {
      this.server.dispatcher.refuse(command, MONITORS_ONLY, connection);
      return true;
    }
    return this.pause.isOn && this.pause.holds(command, connection);
  }
}
