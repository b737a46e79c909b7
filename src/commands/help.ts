/** HELP of a command with subcommands, made of their declarations. */
import type { Context } from './context.ts';
import { syntaxText } from './syntax-text.ts';

const INDENT = '    ';

/** The `run` of any `X|HELP`. @param extra lines for forms that are no subcommands of their own, put first */
export function replyHelp(ctx: Context, extra: readonly string[] = []): void {
  const container = ctx.command.parent;
  if (container === undefined) throw new Error(`${ctx.command.name} has no container to tell about`);
  const lines = [`${container.spec.name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`, ...extra];
  for (const [name, command] of container.subcommands) {
    if (name === 'help') continue;
    lines.push(`${name.toUpperCase()} ${syntaxText(command.arguments)}`.trimEnd(), INDENT + command.spec.summary);
  }
  lines.push('HELP', `${INDENT}Print this help.`);
  ctx.reply.array(lines.length);
  for (const line of lines) ctx.reply.simple(line);
}
