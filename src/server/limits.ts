/** What clients may take, as configured now. */
import type { ConfigView } from '../config/config-view.ts';
import type { Authentication } from './authentication.ts';
import { isLocal, isLoopback } from './locality.ts';
import type { Doorkeeper, Server, ServerLimits } from './server.ts';

export function serverLimits(config: ConfigView): ServerLimits {
  const limits: ServerLimits = { bulkBytesMax: 0, clientsMax: 0, inputBytesMax: 0, output: [] };
  const apply = (): void => {
    const { normal, replica, pubsub } = config.value('client-output-buffer-limit');
    limits.bulkBytesMax = config.value('proto-max-bulk-len');
    limits.clientsMax = config.value('maxclients');
    limits.inputBytesMax = config.value('client-query-buffer-limit');
    limits.output = [normal, replica, pubsub];
  };
  apply();
  config.onChange(
    ['proto-max-bulk-len', 'maxclients', 'client-query-buffer-limit', 'client-output-buffer-limit'],
    apply,
  );
  return limits;
}

/** How it begins is Redis' wording, which tools look for. */
const DENIED =
  'DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. ' +
  'In this mode connections are only accepted from the loopback interface. ' +
  "To let other machines in, either set a password (requirepass), or turn the mode off: CONFIG SET protected-mode no from this machine, 'protected-mode no' in the configuration file, or --protected-mode no when starting the server. Make sure first that it can't be reached from the internet.";

/** protected-mode: without a password nobody but this machine is let in. */
export function protect(server: Server, config: ConfigView, authentication: Authentication): void {
  const refuse: Doorkeeper = (link) => (isLocal(link) ? undefined : DENIED);
  const apply = (): void => {
    const mayComeFromAfar = config.value('bind').some((address) => !isLoopback(address.replace(/^-/, '')));
    const isShut = config.value('protected-mode') && authentication.isOpen && mayComeFromAfar;
    server.doorkeeper = isShut ? refuse : undefined;
  };
  apply();
  config.onChange(['protected-mode', 'requirepass', 'bind'], apply);
}
