/** The hash of keys; members of collections are hashed the same way, so the function lives below both. */
export { hashBytes } from '../base/hash.ts';
