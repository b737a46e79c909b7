/** A shard's arena has no room for a block. Commands answer it with Redis' OOM error. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  constructor() {
    super('the shard is out of memory');
  }
}
