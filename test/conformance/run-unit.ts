/** Runs one unit, in external mode against a server of its own. */
import { type ServerCommand, ServerProcess } from '../support/server-process.ts';
import { runUnitThroughHangs, type UnitOptions, type UnitRun } from './unit.ts';

/** The suite looks behind the scenes with DEBUG. */
export const withDebug = (server: ServerCommand): ServerCommand => ({
  ...server,
  args: [...server.args, '--enable-debug-command', 'yes'],
});

export async function runAgainst(
  server: ServerCommand,
  unit: string,
  options: Omit<UnitOptions, 'skip'>,
): Promise<UnitRun> {
  let running: ServerProcess | undefined;
  const restart = async () => {
    if (options.mode === 'spawn') return;
    await running?.stop();
    running = await ServerProcess.start(server, options.port);
  };
  try {
    const run = await runUnitThroughHangs(unit, { ...options, skip: [] }, restart);
    if (running?.ended === undefined) return run;
    return { ...run, cutShort: `the server ended (${running.ended}) ${run.cutShort}`.trim() };
  } finally {
    await running?.stop();
  }
}
