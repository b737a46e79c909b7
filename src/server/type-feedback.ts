import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 note from a function's first call on which types and branches it meets. By itself it begins after some hundred
 * calls, to spare memory where code runs once. A server's rare paths (a client comes, or goes) are then as if they had
 * never run when the busy ones around them are compiled: the next client to come throws the compiled code away, and for
 * some 50,000 requests the server runs slow code and compiles anew beside it. Measured with redis-benchmark three times in
 * a row: 5 functions thrown away instead of 21. The start is over by now, so what runs once in it doesn't count.
 */
export function noteTypesFromFirstCall(): void {
  setFlagsFromString('--no-lazy-feedback-allocation');
}
