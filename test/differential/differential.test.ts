/**
 * A short run of the differential tester with every `npm test`: one stream that stays the same, one of the run's seed
 * (`SEED=random npm test` for a new one). A longer one: `npm run differential -- --commands 200000`.
 */
import { describe, expect, test } from 'vitest';
import { seed } from '../support/seed.ts';
import { mayflyWith } from '../support/server-facts.ts';
import { redisServer, redisServerVersion } from '../support/server-process.ts';
import { describeFinding, Tester } from './tester.ts';

const FIXED_SEED = 1;
const COMMANDS = 5_000;

describe.skipIf(redisServerVersion() === undefined)('Mayfly and redis-server', () => {
  test.each([
    [2, FIXED_SEED, []],
    [3, FIXED_SEED, []],
    [2, seed, []],
    [3, seed, []],
    // Every command goes to a worker that can: replies, events and who is served come in the same order.
    [3, FIXED_SEED, ['--handoff', 'always', '--workers', '2']],
  ] as const)(
    'answer alike in RESP%i to the stream of seed %i %j',
    { timeout: 90_000 },
    async (protocol, stream, flags) => {
      const tester = await Tester.start(mayflyWith(...flags), redisServer, protocol);
      try {
        const options = {
          seed: stream,
          protocol,
          commands: COMMANDS,
          only: new Set<string>(),
          causesMax: 3,
          shrinkMs: 8_000,
        };
        const report = await tester.run(options);
        expect(report.findings.map(describeFinding).join('\n\n')).toBe('');
        expect(report.tally.compared).toBeGreaterThanOrEqual(COMMANDS);
      } finally {
        await tester.stop();
      }
    },
  );
});
