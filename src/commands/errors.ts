/** Error replies. A command throws one before it has changed anything; the executor takes back what it wrote and sends it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export const error = (text: string): CommandError => {
  // The stack tells nothing that the text doesn't, and taking it costs more than the command.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const made = new CommandError(text);
  Error.stackTraceLimit = limit;
  return made;
};

export const WRONG_TYPE = error('WRONGTYPE Operation against a key holding the wrong kind of value');
export const SYNTAX_ERROR = error('ERR syntax error');
export const NOT_AN_INTEGER = error('ERR value is not an integer or out of range');
export const NOT_A_FLOAT = error('ERR value is not a valid float');
export const NO_SUCH_KEY = error('ERR no such key');
export const OUT_OF_RANGE = error('ERR index out of range');
export const OUT_OF_MEMORY = error("OOM command not allowed when used memory > 'maxmemory'.");
/** A shard's arena is full though `maxmemory` is not reached. */
export const SHARD_FULL = error('OOM the memory reserved for the shard of this key is full (see shard-memory)');
export const MUST_BE_POSITIVE = error('ERR value is out of range, must be positive');

export const wrongArity = (name: string): CommandError => error(`ERR wrong number of arguments for '${name}' command`);
export const invalidExpire = (name: string): CommandError => error(`ERR invalid expire time in '${name}' command`);

/** Thrown by a command on an I/O thread that finds it would take long: it is run again, from the start, by a worker. */
export const HAND_OFF = new Error('hand off');

/** Thrown by `ctx.block`: the client waits. */
export const BLOCKED = new Error('blocked');
