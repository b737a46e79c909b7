/** INFO: everything that the server knows of itself, in sections. */
import type { Context } from '../../commands/context.ts';
import { type Command, command } from '../../commands/define.ts';
import type { Services } from '../services.ts';
import { type Totals, totalsOf } from '../thread-figures.ts';
import {
  commandStatsFields,
  errorStatsFields,
  keyspaceFields,
  latencyStatsFields,
  persistenceFields,
  replicationFields,
  statsFields,
} from './activity.ts';
import { clientsFields, cpuFields, mayflyFields, serverFields, threadsFields } from './machine.ts';
import { memoryFields } from './memory.ts';
import type { Section } from './section.ts';

export function infoSections(services: Services): readonly Section[] {
  const section = (title: string, isDefault: boolean, fields: Section['fields']): Section => ({
    name: title.toLowerCase(),
    title,
    isDefault,
    fields,
  });
  return [
    section('Server', true, () => serverFields(services)),
    section('Clients', true, (totals) => clientsFields(services, totals)),
    section('Memory', true, () => memoryFields(services)),
    section('Persistence', true, () => persistenceFields(services)),
    section('Stats', true, (totals) => statsFields(services, totals)),
    section('Replication', true, () => replicationFields(services)),
    section('Threads', true, threadsFields),
    section('CPU', true, () => cpuFields()),
    section('Mayfly', true, (totals) => mayflyFields(services, totals)),
    section('Modules', true, () => []),
    section('Commandstats', false, () => commandStatsFields(services)),
    section('Errorstats', true, errorStatsFields),
    section('Latencystats', false, () => latencyStatsFields(services)),
    section('Cluster', true, () => [['cluster_enabled', 0]]),
    section('Keyspace', true, () => keyspaceFields(services)),
  ];
}

/** @param names asked for, in lower case; none is the default ones */
export function infoText(sections: readonly Section[], names: readonly string[], totals: Totals): string {
  const everything = names.includes('all') || names.includes('everything');
  const defaults = names.length === 0 || names.includes('default');
  return sections
    .filter(({ name, isDefault }) => everything || (defaults && isDefault) || names.includes(name))
    .map(({ title, fields }) => {
      const lines = fields(totals).map(([name, value]) => `${name}:${value}\r\n`);
      return `# ${title}\r\n${lines.join('')}`;
    })
    .join('\r\n');
}

export function infoCommand(services: Services): Command {
  const sections = infoSections(services);
  const info = (ctx: Context): void => {
    const names: string[] = [];
    for (let arg = 1; arg < ctx.argc; arg++) names.push(ctx.text(arg).toLowerCase());
    ctx.reply.verbatim(infoText(sections, names, totalsOf(services)));
  };
  return command({
    name: 'INFO',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    summary: 'Tells of the server, its load and its data.',
    syntax: '[section...]',
    flags: 'loading stale',
    categories: 'dangerous',
    tips: 'nondeterministic_output request_policy:all_shards response_policy:special',
    history: [['7.0.0', 'Takes several sections.']],
    run: info,
  });
}
