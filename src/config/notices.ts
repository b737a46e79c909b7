import type { Built } from './directive.ts';

/** Something an operator should read in the log. */
export interface Notice {
  readonly level: 'notice' | 'warning';
  readonly text: string;
}

/** What to say of a directive that was set although Mayfly doesn't (wholly) act on it. Never shows the value. */
export function unbuiltNotice(name: string, { built, missing }: { built: Built; missing?: string }): Notice {
  const effect = built === 'partly' ? 'takes effect in part only' : 'has no effect yet';
  const consequence = missing === undefined ? '' : `: ${missing}`;
  return { level: missing === undefined ? 'notice' : 'warning', text: `Directive '${name}' ${effect}${consequence}.` };
}
