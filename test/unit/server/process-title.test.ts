import { expect, it } from 'vitest';
import { Config } from '../../../src/config/config.ts';
import { titleOf } from '../../../src/server/process-title.ts';

function titleWith(...lines: string[]): string {
  const config = new Config();
  config.load([{ kind: 'command line', text: lines.join('\n') }]);
  return titleOf(config);
}

it('the title tells where the server listens, or what its template says', () => {
  expect(titleWith()).toBe('mayfly *:6379');
  expect(titleWith('port 7000', 'bind 127.0.0.1 ::1')).toBe('mayfly 127.0.0.1:7000');
  expect(titleWith('port 0', 'unixsocket /tmp/s')).toBe('mayfly unixsocket:/tmp/s');
  expect(titleWith('proc-title-template "{port}/{tls-port} {unixsocket}{config-file} x"')).toBe('6379/0  x');
});
