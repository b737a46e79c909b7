import type { Directive } from './directive.ts';
import { clusterDirectives } from './directives/cluster.ts';
import { encodingDirectives } from './directives/encodings.ts';
import { generalDirectives } from './directives/general.ts';
import { mayflyDirectives } from './directives/mayfly.ts';
import { memoryDirectives } from './directives/memory.ts';
import { networkDirectives } from './directives/network.ts';
import { observationDirectives } from './directives/observation.ts';
import { persistenceDirectives } from './directives/persistence.ts';
import { replicationDirectives } from './directives/replication.ts';
import { securityDirectives } from './directives/security.ts';
import { tlsDirectives } from './directives/tls.ts';

/** Every directive that CONFIG GET knows, by area. CONFIG GET * answers in this order. */
export const DIRECTIVE_AREAS = {
  Mayfly: mayflyDirectives,
  Network: networkDirectives,
  General: generalDirectives,
  Memory: memoryDirectives,
  Encodings: encodingDirectives,
  Persistence: persistenceDirectives,
  Replication: replicationDirectives,
  Security: securityDirectives,
  TLS: tlsDirectives,
  Observation: observationDirectives,
  Cluster: clusterDirectives,
};

const table = {
  ...mayflyDirectives,
  ...networkDirectives,
  ...generalDirectives,
  ...memoryDirectives,
  ...encodingDirectives,
  ...persistenceDirectives,
  ...replicationDirectives,
  ...securityDirectives,
  ...tlsDirectives,
  ...observationDirectives,
  ...clusterDirectives,
};

export type DirectiveName = keyof typeof table;
export type ValueOf<N extends DirectiveName> = (typeof table)[N] extends Directive<infer T> ? T : never;

/** The one table. */
export const DIRECTIVES: Readonly<Record<DirectiveName, Directive<unknown>>> = table as never;
export const DIRECTIVE_NAMES = Object.keys(table) as DirectiveName[];

const namesByAlias = new Map<string, DirectiveName>();
for (const name of DIRECTIVE_NAMES) {
  namesByAlias.set(name, name);
  const { alias } = DIRECTIVES[name];
  if (alias !== undefined) namesByAlias.set(alias, name);
}

/** The directive that goes by this name or alias, in any case. */
export function findDirective(nameOrAlias: string): DirectiveName | undefined {
  return namesByAlias.get(nameOrAlias.toLowerCase());
}

/** Directives of configuration files alone: CONFIG GET and SET don't know them. */
export const FILE_DIRECTIVES = {
  include: { built: true, about: 'Reads another file in this place; `*`, `?` and `[…]` stand for several.' },
  user: {
    built: false,
    about: 'Defines a user, in the rules of ACL SETUSER.',
    missing: 'anybody who can connect can run every command',
  },
  'rename-command': {
    built: true,
    about: 'Gives a command another name, or with "" none.',
  },
  loadmodule: { built: false, about: 'Loads a module.', missing: 'Mayfly has no modules' },
} as const;

/** What older versions knew and newer ones read without acting on it. */
export const OBSOLETE_DIRECTIVES: readonly string[] = [
  'io-threads-do-reads',
  'list-max-ziplist-entries',
  'list-max-ziplist-value',
  'lua-replicate-commands',
];
