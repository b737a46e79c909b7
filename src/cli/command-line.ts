import { byteStringOfText } from '../config/byte-string.ts';
import { type ConfigSource, ConfigSourceError, readConfigFile } from '../config/conf-file.ts';
import { Config } from '../config/config.ts';
import { type Host, systemHost } from '../config/host.ts';
import { quoteArgument, splitLine } from '../config/line.ts';

export type CommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** `standardInput` is what was read from there, for a process that begins anew in the background. */
  | { readonly kind: 'run'; readonly config: Config; readonly standardInput: Buffer | undefined }
  /** `message` is for standard error; the server is to exit with 1. */
  | { readonly kind: 'error'; readonly message: string };

/**
 * Reads the arguments behind the program's name as Redis reads its own: a configuration file, `-` for more of it on
 * standard input, then `--directive value …`. The file counts least, the command line most.
 */
export function parseCommandLine(args: readonly string[], host: Host = systemHost): CommandLine {
  if (args[0] === '--help' || args[0] === '-h') return { kind: 'help' };
  if (args[0] === '--version' || args[0] === '-v') return { kind: 'version' };
  try {
    const config = new Config(host);
    const sources = findSources(args, host);
    config.load(sources);
    const input = sources.find(({ kind }) => kind === 'standard input');
    return { kind: 'run', config, standardInput: input && Buffer.from(input.text, 'latin1') };
  } catch (error) {
    if (error instanceof ConfigSourceError) return { kind: 'error', message: error.message };
    throw error;
  }
}

function findSources(args: readonly string[], host: Host): ConfigSource[] {
  const sources: ConfigSource[] = [];
  const hasFile = args.length > 0 && !args[0].startsWith('-');
  if (hasFile) sources.push(readConfigFile(host.absolutePath(args[0]), { host }));
  const options = hasFile ? args.slice(1) : [...args];
  const readsInput = args[0] === '-' || (args.length > 1 && args[args.length - 1] === '-');
  if (readsInput) {
    sources.push({ kind: 'standard input', text: host.readStandardInput().toString('latin1') });
    options.splice(args[0] === '-' ? 0 : options.length - 1, 1);
  }
  if (options.length > 0) sources.push({ kind: 'command line', text: linesOfOptions(options.map(byteStringOfText)) });
  return sources;
}

/**
 * `--port 6380 --save 60 1` as lines of a configuration file. An option whose value is still to come takes the next
 * argument whatever it looks like, so a value may begin with `--`; only `--save` may go without.
 */
function linesOfOptions(options: readonly string[]): string {
  const lines: string[][] = [];
  let wantsValue = false;
  options.forEach((option, i) => {
    if (wantsValue || !option.startsWith('--')) {
      if (lines.length === 0) lines.push([]);
      lines[lines.length - 1].push(quoteArgument(option));
      wantsValue = false;
      return;
    }
    lines.push([option.slice(2)]);
    wantsValue = splitLine(option)?.length === 1;
    const next = options[i + 1];
    if (wantsValue && option.toLowerCase() === '--save' && (next === undefined || next.startsWith('--'))) {
      lines[lines.length - 1].push('""');
      wantsValue = false;
    }
  });
  return lines.map((words) => words.join(' ')).join('\n');
}
