/**
 * What comes back for bytes that are no proper command, and whether the connection survives: as with redis-server.
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quote } from '../support/resp.ts';
import { redisServer, redisServerVersion, ServerProcess, serverUnderTest } from '../support/server-process.ts';

/** After so long without a byte a server has said all it will: a hasty look first, a patient one if that differs. */
const QUIET_MS = [60, 600];

/** Up to Redis 8.4 an unknown command's error tells of its arguments where there are none. */
const withoutNoArguments = (received: string) => received.replaceAll(', with args beginning with: \r\n', '\r\n');

/** Sends chunks one after another on a new connection and answers with all that comes until it is quiet or closed. */
function converse(port: number, chunks: readonly string[], quietMs: number): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1');
    const end = (how: string) => {
      clearTimeout(quiet);
      socket.destroy();
      resolve(`${quote(withoutNoArguments(received))} ${how}`);
    };
    const quiet = setTimeout(() => end('open'), quietMs * (chunks.length + 1));
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => end('closed'));
    socket.on('close', () => end('closed'));
    chunks.forEach((chunk, i) => {
      setTimeout(() => socket.write(chunk, 'latin1'), (i * quietMs) / 2);
    });
  });
}

const conversations: readonly (readonly string[])[] = [
  ['PING\r\n'],
  ['PING\n'],
  ['ping "hello world"\r\n'],
  ["ECHO 'a\\'b'\r\n"],
  ['ECHO "\\x41\\n\\t\\"\\\\"\r\n'],
  ['ECHO "unbalanced\r\n'],
  ["ECHO 'a'b\r\n"],
  ['ECHO ""\r\n'],
  ['\r\n\r\nPING\r\n'],
  ['   \r\nPING\r\n'],
  ['SET k v\r\nGET k\r\n'],
  ['PI', 'NG\r', '\n'],
  ['*1\r\n$4\r\nPING\r\n'],
  ['*1\r\n$4\r', '\nPI', 'NG\r', '\n'],
  ['*0\r\nPING\r\n'],
  ['*-1\r\nPING\r\n'],
  ['*-10\r\n'],
  ['*abc\r\n'],
  ['*\r\n'],
  ['*1048577\r\n'],
  ['*2147483648\r\n'],
  ['*99999999999999999999\r\n'],
  ['*1\r\nPING\r\n'],
  ['*1\r\n:4\r\n'],
  ['*1\r\n$-1\r\n'],
  ['*1\r\n$abc\r\n'],
  ['*1\r\n$\r\n'],
  ['*1\r\n$536870913\r\n'],
  ['*1\r\n$99999999999999999999\r\n'],
  ['*1\r\n$4 \r\nPING\r\n'],
  ['*+1\r\n$4\r\nPING\r\n'],
  ['* 1\r\n$4\r\nPING\r\n'],
  ['*01\r\n$04\r\nPING\r\n'],
  ['*1\r\n$0\r\n\r\n'],
  ['*2\r\n$4\r\nECHO\r\n$0\r\n\r\n'],
  ['*2\r\n$4\r\nECHO\r\n$3\r\na\x00b\r\n'],
  ['*2\r\n$6\r\nNOSUCH\r\n$3\r\na\r\n\r\n'],
  ['*1\r\n$6\r\nnoSUCH\r\n'],
  ['*1\r\n$4\r\na\r\nb\r\n'],
  [`*2\r\n$6\r\nNOSUCH\r\n$200\r\n${'x'.repeat(200)}\r\n`],
  [`*1\r\n$300\r\n${'y'.repeat(300)}\r\n`],
  [`NOSUCH ${'arg '.repeat(60)}\r\n`],
  [`${'x'.repeat(70_000)}`],
  [`*${'1'.repeat(70_000)}`],
  ['GET\r\n'],
  ['OBJECT\r\n'],
  ['OBJECT nosuch\r\n'],
  ['OBJECT ENCODING\r\n'],
  ['OBJECT ENCODING a b\r\n'],
  ['SELECT 99\r\nSELECT x\r\nSELECT -1\r\nSELECT 1\r\n'],
  ['MULTI\r\nMULTI\r\nEXEC\r\nEXEC\r\nDISCARD\r\n'],
  ['MULTI\r\nNOSUCH\r\nEXEC\r\n'],
  ['MULTI\r\nWATCH a\r\nDISCARD\r\n'],
  ['AUTH x\r\nAUTH a b\r\nAUTH a b c\r\n'],
  ['HELLO 4\r\nHELLO x\r\nHELLO 3 NOSUCH\r\nHELLO 2 AUTH x\r\n'],
  ['HELLO 3 SETNAME "a b"\r\n'],
  ['SUBSCRIBE c\r\nGET k\r\nPING\r\nPING x\r\nUNSUBSCRIBE\r\nGET k\r\n'],
  ['UNSUBSCRIBE\r\nPUNSUBSCRIBE a b\r\nSUNSUBSCRIBE\r\n'],
  ['PSUBSCRIBE a* b*\r\nPUNSUBSCRIBE\r\n'],
  ['RESET\r\nQUIT\r\nPING\r\n'],
  ['QUIT now please\r\n'],
  ['CLIENT REPLY OFF\r\nPING\r\nCLIENT REPLY ON\r\nPING\r\nCLIENT REPLY SKIP\r\nPING\r\nPING\r\n'],
  ['POST / HTTP/1.1\r\nHost: example\r\n\r\n'],
  ['GET / HTTP/1.1\r\nHost: example\r\n\r\n'],
];

describe.skipIf(redisServerVersion() === undefined)('bytes that are no proper command', () => {
  let subject: ServerProcess;
  let oracle: ServerProcess;

  beforeAll(async () => {
    subject = await ServerProcess.start(serverUnderTest);
    oracle = await ServerProcess.start(redisServer);
  });
  afterAll(() => Promise.all([subject.stop(), oracle.stop()]));

  test.concurrent.each(conversations.map((chunks) => ({ chunks, name: quote(chunks.join('')).slice(0, 80) })))(
    '$name',
    async ({ chunks }) => {
      for (const quietMs of QUIET_MS) {
        const ask = ({ port }: ServerProcess) => converse(port, chunks, quietMs);
        const [told, expected] = await Promise.all([ask(subject), ask(oracle)]);
        if (told === expected) return;
        if (quietMs === QUIET_MS.at(-1)) expect(told).toBe(expected);
      }
    },
  );
});
