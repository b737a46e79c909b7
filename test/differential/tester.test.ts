/**
 * The tester tested: against the oracle itself it finds nothing, against a liar it finds the lie and shrinks it.
 */
import { describe, expect, test } from 'vitest';
import { redisServer, redisServerVersion } from '../support/server-process.ts';
import { type Lie, startLyingProxy } from './lying-proxy.ts';
import { describeStep } from './steps.ts';
import { describeFinding, type Report, Tester } from './tester.ts';

async function runAgainst(lie: Lie, protocol: 2 | 3, commands: number): Promise<Report> {
  let close = () => {};
  const tester = await Tester.start(redisServer, redisServer, protocol, async (port) => {
    const proxy = await startLyingProxy(port, lie);
    close = proxy.close;
    return proxy.port;
  });
  try {
    return await tester.run({ seed: 5, commands, protocol, only: new Set(), causesMax: 1, shrinkMs: 6_000 });
  } finally {
    await tester.stop();
    close();
  }
}

const honest: Lie = (_, reply) => reply;

/** Wrong only in a state that takes a few commands to reach. */
const wrongAfterThreeElements: Lie = (command, reply) =>
  command[0]?.toUpperCase() === 'LLEN' && reply.kind === ':' && Number(reply.text) >= 3
    ? { kind: ':', text: String(Number(reply.text) + 1) }
    : reply;

/** Wrong where no command of the stream need look: the comparison of states has to see it. */
const deadlinesOutOfNothing: Lie = (command, reply) =>
  command[0] === 'PTTL' && reply.kind === ':' && reply.text === '-1' ? { kind: ':', text: '5' } : reply;

/** The wrong event is told of a change. */
const setIsSorted: Lie = (command, reply) =>
  command.length === 0 && reply.kind === '>' && reply.items.some((item) => 'text' in item && item.text === 'sadd')
    ? { kind: '>', items: reply.items.with(3, { kind: '$', text: 'zadd' }) }
    : reply;

describe.skipIf(redisServerVersion() === undefined)('the differential tester', () => {
  test.each([2, 3] as const)(
    'finds nothing between redis-server and itself in RESP%i',
    { timeout: 30_000 },
    async (protocol) => {
      const report = await runAgainst(honest, protocol, 3_000);
      expect(report.findings.map(describeFinding)).toEqual([]);
      expect(report.tally.compared).toBeGreaterThanOrEqual(3_000);
      // A stream of errors only would compare little.
      expect(report.tally.errors / report.tally.compared).toBeLessThan(0.4);
    },
  );

  test('finds a wrong reply and shrinks to what brings it about', { timeout: 60_000 }, async () => {
    const { findings } = await runAgainst(wrongAfterThreeElements, 2, 6_000);
    expect(findings.map(({ difference }) => difference.cause)).toEqual(['LLEN : / :']);
    const lines = findings[0].steps.flatMap(describeStep);
    expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(6);
    expect(findings[0].settings).toEqual([]);
    expect(lines.at(-1)).toMatch(/^llen \w+$/i);
  });

  test('finds a wrong event', { timeout: 60_000 }, async () => {
    const { findings } = await runAgainst(setIsSorted, 2, 6_000);
    expect(findings.map(({ difference }) => difference.cause)).toEqual(['event zadd / sadd']);
    expect(findings[0].steps.flatMap(describeStep).length).toBeLessThanOrEqual(3);
  });

  test('finds a fault that shows in the state only', { timeout: 60_000 }, async () => {
    const { findings } = await runAgainst(deadlinesOutOfNothing, 3, 6_000);
    expect(findings).toHaveLength(1);
    expect(findings[0].difference.cause).toContain('PTTL');
    expect(findings[0].steps.flatMap(describeStep).length).toBeLessThanOrEqual(3);
  });
});
