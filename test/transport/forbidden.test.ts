/** A machine that forbids io_uring, for the whole server: seccomp answers in the kernel's stead, as in a container. */
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleTool } from '../../scripts/bundle-tool.mjs';
import { RespClient } from '../support/resp-client.ts';
import { mayflyWith, textOf } from '../support/server-facts.ts';
import { type ServerCommand, ServerProcess } from '../support/server-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { EPERM, ENOSYS } = constants.errno;

describe.runIf(process.platform === 'linux')('where io_uring is forbidden', () => {
  let launcher: string;
  beforeAll(async () => {
    launcher = await bundleTool(root, 'test/transport/forbid-io-uring.ts');
  });

  const where = (errno: number, ...directives: string[]): ServerCommand => {
    const { name, program, args } = mayflyWith(...directives);
    return { name, program: process.execPath, args: [launcher, String(errno), program, ...args] };
  };

  it.each([
    ['EPERM', EPERM, '1', /^.* transport epoll \(no io_uring: io_uring_setup EPERM \(forbidden here: .*\)\)$/],
    ['ENOSYS', ENOSYS, '1', /^.* transport epoll \(no io_uring: io_uring_setup ENOSYS\)$/],
    ['EPERM, on two threads', EPERM, '2', /^.* transport epoll \(no io_uring: io_uring_setup EPERM \(.*\)\)$/],
  ])('%s: the server takes epoll, says so in one line, and serves', async (_what, errno, threads, line) => {
    const server = await ServerProcess.start(where(errno, '--transport', 'auto', '--io-threads', threads));
    const client = await RespClient.open(server.port);
    expect(textOf(await client.call('INFO', 'server'))).toContain('multiplexing_api:epoll');
    client.close();
    await server.stop();
    expect(server.ended).toBe('exit code 0, signal null');
    expect(server.output.split('\n').filter((text) => text.includes('io_uring'))).toEqual([
      expect.stringMatching(line),
    ]);
  });

  it('asked for by name it is not replaced: the server says why, and ends', async () => {
    await expect(ServerProcess.start(where(EPERM, '--transport', 'io_uring'))).rejects.toThrow(
      /did not start: exit code 1.*\n.*no io_uring: io_uring_setup EPERM/,
    );
  });
});
