/** A value that a directive doesn't take. `message` is the reason in Redis' words, without the name of the directive. */
export class ConfigRefusal extends Error {
  override readonly name = 'ConfigRefusal';
}

/** A CONFIG command that can't be done; `code` and `message` make up the error reply. */
export class ConfigCommandError extends Error {
  override readonly name = 'ConfigCommandError';
  readonly code: 'ERR' | 'LOADING';

  constructor(message: string, code: 'ERR' | 'LOADING' = 'ERR') {
    super(message);
    this.code = code;
  }
}
