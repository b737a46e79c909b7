/** What stands between clients and their commands: the password, and pauses. Out of the way while there is neither. */
import type { Command } from '../commands/define.ts';
import { error } from '../commands/errors.ts';
import type { ConfigView } from '../config/config-view.ts';
import type { Authentication } from './authentication.ts';
import type { Connection } from './connection.ts';
import type { Pause } from './pause.ts';
import type { Server } from './server.ts';

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
    config.onChange('requirepass', () => this.update());
  }

  private update(): void {
    const { server, authentication, pause } = this;
    server.asksPassword = !authentication.isOpen;
    server.interceptor =
      server.asksPassword || pause.isOn ? (command, connection) => this.intercept(command, connection) : undefined;
  }

  private intercept(command: Command, connection: Connection): boolean {
    if (this.server.asksPassword) {
      const refusal = this.authentication.refusal(command, connection);
      if (refusal !== undefined) {
        this.server.dispatcher.refuse(command, error(refusal), connection);
        return true;
      }
    }
    return this.pause.isOn && this.pause.holds(command, connection);
  }
}
