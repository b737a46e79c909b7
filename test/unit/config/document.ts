import type { Directive } from '../../../src/config/directive.ts';
import { DIRECTIVE_AREAS, FILE_DIRECTIVES, OBSOLETE_DIRECTIVES } from '../../../src/config/directives.ts';

const INTRODUCTION = `# Configuration

Mayfly reads Redis' own configuration files, and knows every directive of the core of Redis 8.10. Those that it does not
act on yet are accepted, and the log has a line for each that is set to something else than its default; a directive
that nobody knows is an error.

\`\`\`
mayfly /etc/mayfly.conf --port 6380 --maxmemory 1gb      # the command line wins over the file
mayfly --save 60 1 --save 300 10                         # any directive, as often as in a file
echo 'maxmemory 128mb' | mayfly -                        # a lone - reads more from standard input
\`\`\`

At run time: \`CONFIG GET pattern …\`, \`CONFIG SET name value …\` (all or nothing), and \`CONFIG REWRITE\`, which writes what
is in force into the file that the server was started with, and keeps its comments and its order.

## Files
One directive a line: a name, in any case, then arguments parted by blanks. \`#\` begins a comment line. Arguments in
\`"double quotes"\` may hold \`\\n \\r \\t \\b \\a \\xHH\`; \`'single quotes'\` take everything but \`\\'\` as it is. Lines cannot be
continued. Amounts of memory have units in any case: \`1k\` is 1000 and \`1kb\` 1024 bytes, likewise \`m\`, \`mb\`, \`g\`, \`gb\`.
Passwords and paths may be of any bytes.

Known in files only:

| directive | built | |
| --- | --- | --- |
`;

/** docs/configuration.md, out of the table of directives. */
export function describeDirectives(): string {
  const fileRows = Object.entries(FILE_DIRECTIVES).map(([name, { built, about }]) => {
    return `| \`${name}\` | ${built ? 'yes' : 'not yet'} | ${cell(about)} |`;
  });
  const areas = Object.entries(DIRECTIVE_AREAS).map(([area, directives]) => {
    const rows = Object.entries(directives).map(([name, directive]) => describeRow(name, directive));
    return `## ${area}\n${TABLE_HEAD}${rows.join('\n')}\n`;
  });
  const obsolete = OBSOLETE_DIRECTIVES.map((name) => `\`${name}\``).join(', ');
  return [
    `${INTRODUCTION}${fileRows.join('\n')}\n`,
    `Read without effect, since Redis itself dropped them: ${obsolete}.\n`,
    LEGEND,
    ...areas,
  ].join('\n');
}

const LEGEND = `## Directives
*Built* says whether Mayfly acts on the directive today. *Fixed* directives can be set at start only; *protected* ones
want \`enable-protected-configs\`; *hidden* ones show in \`CONFIG GET\` for their exact name only. Values of *secret* ones are
kept out of logs and off worker threads. This page is made from the table in \`src/config/directives/\`; a test keeps it so.
`;

const TABLE_HEAD = '| directive | values | default | built | |\n| --- | --- | --- | --- | --- |\n';

const FLAG_WORDS: Readonly<Record<string, string>> = {
  immutable: 'Fixed.',
  protected: 'Protected.',
  hidden: 'Hidden.',
  sensitive: 'Secret.',
};

function describeRow(name: string, directive: Directive<never>): string {
  const { type, alias, initial, defaultIs, built, about, missing, flags } = directive;
  const names = alias === undefined ? `\`${name}\`` : `\`${name}\`, \`${alias}\``;
  const initialText = initial.join(' ');
  const shownDefault = defaultIs ?? (initialText === '' ? '""' : `\`${initialText}\``);
  const state = { true: 'yes', false: 'not yet', partly: 'partly' }[String(built)];
  const words = (flags ?? []).flatMap((flag) => FLAG_WORDS[flag] ?? []);
  const notes = [about, ...(built === true || missing === undefined ? [] : [`Today ${missing}.`]), ...words].join(' ');
  return `| ${names} | ${cell(type.description)} | ${cell(shownDefault)} | ${state} | ${cell(notes)} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
