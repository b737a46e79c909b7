import type { Frame } from './profile.ts';

/** Colours by layer of src/, cool for what talks to the outside, warm for what holds the data. */
export const LAYER_COLOURS: Record<string, string> = {
  transport: '#9ecae1',
  server: '#a5b4fc',
  protocol: '#99f6e4',
  execute: '#d8b4fe',
  shard: '#f0abfc',
  commands: '#bbf7d0',
  types: '#fde68a',
  store: '#fdba74',
  memory: '#fca5a5',
  base: '#e7e5e4',
  'node and packages': '#d4d4d8',
  'native code and kernel': '#cbd5e1',
  'garbage collector': '#f9a8d4',
};

/** To which layer of src/ a function belongs, or to what outside of it. */
export function layerOf({ name, place }: Frame): string {
  if (name === '(garbage collector)') return 'garbage collector';
  if (place === '') return 'native code and kernel';
  const [, layer] = /^src\/([^/]+)\//.exec(place) ?? [];
  if (layer !== undefined) return layer;
  return place.startsWith('src/') ? 'server' : 'node and packages';
}

/** Time spent in a function itself, not in what it called. */
export function selfUs(frame: Frame): number {
  let us = frame.totalUs;
  for (const child of frame.children.values()) us -= child.totalUs;
  return us;
}

/** Time of all functions themselves, by whatever `nameOf` calls them. */
export function selfTimes(root: Frame, nameOf: (frame: Frame) => string): Map<string, number> {
  const sums = new Map<string, number>();
  const visit = (frame: Frame): void => {
    const name = nameOf(frame);
    sums.set(name, (sums.get(name) ?? 0) + selfUs(frame));
    for (const child of frame.children.values()) visit(child);
  };
  for (const child of root.children.values()) visit(child);
  return sums;
}
