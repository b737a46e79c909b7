/**
 * From a long stream of steps that ends in a difference to the few that bring it about: delta debugging, each candidate
 * replayed on empty servers.
 */
import type { Command } from '../support/resp.ts';
import { hazardOf } from './hazards.ts';
import type { Difference } from './play.ts';
import type { Step } from './steps.ts';

export interface Failing {
  readonly settings: readonly Command[];
  readonly steps: readonly Step[];
  readonly difference: Difference;
}

export type Replay = (settings: readonly Command[], steps: readonly Step[]) => Promise<Difference | undefined>;

const REPLAYS_MAX = 500;
const LONG_WORD = 12;

class Shrinker {
  best: Failing;
  readonly #replay: Replay;
  readonly #deadlineMs: number;
  #replays = 0;

  constructor(failing: Failing, replay: Replay, deadlineMs: number) {
    this.best = failing;
    this.#replay = replay;
    this.#deadlineMs = deadlineMs;
  }

  get isSpent(): boolean {
    return this.#replays >= REPLAYS_MAX || Date.now() > this.#deadlineMs;
  }

  /** Takes the candidate if it shows the same difference; what comes after the difference is cut off. */
  async try(steps: readonly Step[], settings = this.best.settings): Promise<boolean> {
    if (this.isSpent || steps.length === 0) return false;
    this.#replays++;
    const difference = await this.#replay(settings, steps);
    if (difference?.cause !== this.best.difference.cause) return false;
    this.best = { settings, steps: steps.slice(0, difference.step + 1), difference };
    return true;
  }

  /** The last steps alone are often enough. */
  async cutStart(): Promise<void> {
    for (let length = 1; length < this.best.steps.length; length *= 3) {
      if (await this.try(this.best.steps.slice(-length))) return;
    }
  }

  /** Leaves out runs of steps, half of them at a time at first, single ones at last. */
  async leaveOutSteps(): Promise<void> {
    for (let size = this.best.steps.length >> 1; size >= 1; size >>= 1) {
      for (let from = 0; from < this.best.steps.length - 1 && !this.isSpent; ) {
        const to = Math.min(from + size, this.best.steps.length - 1);
        const { steps } = this.best;
        if (!(await this.try([...steps.slice(0, from), ...steps.slice(to)]))) from = to;
      }
    }
  }

  async leaveOutSettings(): Promise<void> {
    if (await this.try(this.best.steps, [])) return;
    for (let i = this.best.settings.length - 1; i >= 0 && !this.isSpent; i--) {
      await this.try(this.best.steps, this.best.settings.toSpliced(i, 1));
    }
  }

  /** Puts simpler steps in place of each. */
  async simplifySteps(): Promise<void> {
    for (let i = 0; i < this.best.steps.length; i++) {
      for (let again = true; again && !this.isSpent; ) {
        again = false;
        for (const simpler of simplerSteps(this.best.steps[i])) {
          again = await this.try(this.best.steps.toSpliced(i, 1, ...simpler));
          if (again) break;
        }
        if (i >= this.best.steps.length) return;
      }
    }
  }
}

const plain = (command: Command): Step => ({ kind: 'plain', command });

/** Steps that might do instead of one, the boldest first. */
function simplerSteps(step: Step): Step[][] {
  switch (step.kind) {
    case 'plain': {
      const shorter = simplerCommands(step.command).map((command) => [{ ...step, command }]);
      if (step.inner !== undefined) return [[plain(step.inner)]];
      if (!step.before?.length || hazardOf(step.command, Date.now()) !== undefined) return shorter;
      return [[plain(step.command)], ...shorter];
    }
    case 'transaction':
      return [
        step.commands.map(plain),
        ...step.commands.map((_, i) => [{ ...step, commands: step.commands.toSpliced(i, 1) }]),
        ...step.commands.flatMap((command, i) =>
          simplerCommands(command).map((simpler) => [{ ...step, commands: step.commands.with(i, simpler) }]),
        ),
      ];
    case 'chance':
    case 'scan':
      // What lost its key is no longer read or followed.
      return simplerCommands(step.command).map((command) => [
        command.length < 2 ? plain(command) : { ...step, command },
      ]);
    case 'watch':
      return [[plain(step.command)], ...simplerCommands(step.command).map((command) => [{ ...step, command }])];
    case 'blocked':
      return [
        step.others.map(plain),
        ...step.others.map((_, i) => [{ ...step, others: step.others.toSpliced(i, 1) }]),
        ...step.others.flatMap((command, i) =>
          simplerCommands(command).map((simpler) => [{ ...step, others: step.others.with(i, simpler) }]),
        ),
      ];
    default:
      return [];
  }
}

/** The command without one word, without two words side by side (an option with its value), with a long word cut. */
function simplerCommands(command: Command): Command[] {
  const found: Command[] = [];
  for (let i = command.length - 1; i >= 1; i--) {
    if (i + 1 < command.length) found.push(command.toSpliced(i, 2));
    found.push(command.toSpliced(i, 1));
    const word = command[i];
    if (word.length > LONG_WORD) found.push(command.with(i, word.slice(0, Math.ceil(word.length / 2))));
  }
  const nowMs = Date.now();
  return found.filter((candidate) => hazardOf(candidate, nowMs) === undefined);
}

/** The smallest stream found within the time that shows a difference of the same cause. */
export async function shrink(failing: Failing, replay: Replay, limitMs: number): Promise<Failing> {
  const shrinker = new Shrinker(failing, replay, Date.now() + limitMs);
  await shrinker.cutStart();
  await shrinker.leaveOutSteps();
  await shrinker.leaveOutSettings();
  await shrinker.simplifySteps();
  await shrinker.leaveOutSteps();
  return shrinker.best;
}
