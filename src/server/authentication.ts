/** Who a client is. There is one user so far, `default`, and its password is `requirepass`. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from '../commands/context.ts';
import { type Command, command, FLAG_NO_AUTH } from '../commands/define.ts';
import { error, SYNTAX_ERROR } from '../commands/errors.ts';
import type { ConfigView } from '../config/config-view.ts';
import { byteText } from './byte-text.ts';
import type { Connection } from './connection.ts';
import { connectionOf } from './services.ts';

export const DEFAULT_USER = 'default';

const WRONG_PASSWORD = error('WRONGPASS invalid username-password pair or user is disabled.');
const NO_PASSWORD = error(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
);
const NOT_AUTHENTICATED = 'NOAUTH Authentication required.';

const digest = (text: string): Buffer => createHash('sha256').update(text, 'latin1').digest();

export class Authentication {
  private password = '';

  constructor(config: ConfigView) {
    const apply = (): void => {
      this.password = config.value('requirepass');
    };
    apply();
    config.onChange('requirepass', apply);
  }

  /** Whether a client may do anything without a password. */
  get isOpen(): boolean {
    return this.password === '';
  }

  /** Makes the connection the user's. All are byte strings. @throws CommandError */
  logIn(connection: Connection, user: string, password: string): void {
    // Digests, so that the time it takes tells nothing of how much was right.
    const right = this.isOpen || timingSafeEqual(digest(password), digest(this.password));
    if (user !== DEFAULT_USER || !right) throw WRONG_PASSWORD;
    connection.user = DEFAULT_USER;
    connection.authenticated = true;
  }

  /** What keeps a connection from a command, or undefined. */
  refusal(command: Command, connection: Connection): string | undefined {
    return connection.authenticated || (command.flags & FLAG_NO_AUTH) !== 0 ? undefined : NOT_AUTHENTICATED;
  }
}

export function authCommand(authentication: Authentication): Command {
  const auth = (ctx: Context): void => {
    if (ctx.argc > 3) throw SYNTAX_ERROR;
    if (ctx.argc === 2 && authentication.isOpen) throw NO_PASSWORD;
    const user = ctx.argc === 3 ? byteText(ctx, 1) : DEFAULT_USER;
    authentication.logIn(connectionOf(ctx), user, byteText(ctx, ctx.argc - 1));
    ctx.reply.ok();
  };
  return command({
    name: 'AUTH',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    summary: 'Tells the server who the client is.',
    syntax: '[username@6.0.0] password',
    flags: 'noscript loading stale fast no_auth allow_busy',
    history: [['6.0.0', 'Takes a user name.']],
    run: auth,
  });
}
