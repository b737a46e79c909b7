import type { ConfigView } from '../config/config-view.ts';
import type { DirectiveName } from '../config/directives.ts';
import { evictionPolicy } from './eviction-policy.ts';
import type { MemoryGuard } from './memory-guard.ts';

/** What a memory guard must know, on every thread. */
export const GUARD_DIRECTIVES = [
  'maxmemory',
  'maxmemory-policy',
  'maxmemory-samples',
] as const satisfies readonly DirectiveName[];

/** Applies what is configured now and whenever it changes. @param onChanged is told of each change */
export function applyGuardConfig(config: ConfigView, guard: MemoryGuard, onChanged: () => void = () => {}): void {
  const apply = (): void => {
    const policy = evictionPolicy(config.value('maxmemory-policy'));
    guard.configure(Number(config.value('maxmemory')), policy, Number(config.value('maxmemory-samples')));
  };
  apply();
  config.onChange(GUARD_DIRECTIVES, () => {
    apply();
    onChanged();
  });
}
