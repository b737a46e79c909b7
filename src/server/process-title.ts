/** set-proc-title: what `ps` shows of the server. */
import type { Config } from '../config/config.ts';

/** Sets the title now and whenever its template changes. The operating system may cut it to the length it had at start. */
export function showTitle(config: Config): void {
  if (!config.value('set-proc-title')) return;
  const apply = (): void => {
    process.title = titleOf(config);
  };
  apply();
  config.onChange('proc-title-template', apply);
}

/** The template with its variables filled in; spaces at the end, of variables that are empty, are left out. */
export function titleOf(config: Config): string {
  const port = config.value('port');
  const [address = '*'] = config.value('bind');
  const variables: Readonly<Record<string, string | number>> = {
    title: 'mayfly',
    'listen-addr': port === 0 ? `unixsocket:${config.value('unixsocket')}` : `${address}:${port}`,
    'server-mode': '',
    port,
    'tls-port': config.value('tls-port'),
    unixsocket: config.value('unixsocket'),
    'config-file': config.configFile ?? '',
  };
  return config
    .value('proc-title-template')
    .replace(/\{([a-z-]+)\}/g, (_, name: string) => String(variables[name] ?? ''))
    .trimEnd();
}
