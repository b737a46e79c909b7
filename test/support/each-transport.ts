/** `npm run test:transports [-- FILE…]`: all tests, those about data too, on one transport after the other. */
import { spawnSync } from 'node:child_process';
import { TRANSPORTS } from './transports.ts';

const failed = TRANSPORTS.filter((transport) => {
  console.log(`\n=== ${transport}`);
  const env = { ...process.env, TEST_TRANSPORT: transport };
  const { status } = spawnSync('npx', ['vitest', 'run', ...process.argv.slice(2)], { stdio: 'inherit', env });
  return status !== 0;
});
if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
