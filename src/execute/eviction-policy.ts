/** How a victim is chosen. */
export type EvictionOrder = 'none' | 'idle' | 'frequency' | 'random' | 'deadline';

export interface EvictionPolicy {
  readonly order: EvictionOrder;
  /** Only keys that have a deadline may go. */
  readonly volatileOnly: boolean;
}

const ORDERS: Readonly<Record<string, EvictionOrder>> = {
  // Least recently modified is least recently used where reading is no use; see AccessClock.
  lru: 'idle',
  lrm: 'idle',
  lfu: 'frequency',
  random: 'random',
  ttl: 'deadline',
};

export function evictionPolicy(name: string): EvictionPolicy {
  const [scope, order] = name.split('-');
  return { order: ORDERS[order] ?? 'none', volatileOnly: scope === 'volatile' };
}
