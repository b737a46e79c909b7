/** Arguments as documentation shows them: `key [NX | XX] [EX seconds]`. */
import type { Argument } from './syntax.ts';

export function syntaxText(list: readonly Argument[]): string {
  return list.map(argumentText).join(' ');
}

function argumentText(argument: Argument): string {
  const inner = argument.arguments ?? [];
  let text = `<${argument.name}>`;
  if (argument.type === 'pure-token') text = argument.token as string;
  else if (argument.type === 'oneof') {
    text = inner.map(argumentText).join(' | ');
    if (!argument.optional) text = `<${text}>`;
  } else if (argument.type === 'block') text = syntaxText(inner);
  const token = argument.type === 'pure-token' || argument.token === undefined ? '' : `${argument.token} `;
  if (argument.multiple) text += argument.multipleToken ? ` [${token}${text} ...]` : ` [${text} ...]`;
  text = token + text;
  return argument.optional ? `[${text}]` : text;
}
