/** When a list's chunk is full, as `list-max-listpack-size` says: a number of elements, or −1 to −5 for a size. */

const SIZE_LIMITS_BYTES = [4096, 8192, 16384, 32768, 65536];
/** Where a number of elements is the limit, chunks are held to this size all the same. */
const SAFETY_LIMIT_BYTES = 8192;
/** What an element is reckoned to take beyond its bytes. */
const OVERHEAD_BYTES = 8;

/** What DEBUG QUICKLIST-PACKED-THRESHOLD sets: the size at which an element has a node of its own; 0: the limit's. */
export const listDebug = { packedThresholdBytes: 0 };

/** The most bytes that a chunk's listpack may have. */
export function sizeLimit(limit: number): number {
  return limit >= 0 ? SAFETY_LIMIT_BYTES : SIZE_LIMITS_BYTES[Math.min(-limit, SIZE_LIMITS_BYTES.length) - 1];
}

/** The most elements that a chunk may have. */
export function countLimit(limit: number): number {
  return limit > 0 ? limit : limit === 0 ? 1 : Number.POSITIVE_INFINITY;
}

/** Whether a listpack of so many bytes and elements is beyond the limit. */
export function exceedsLimit(limit: number, bytes: number, elements: number): boolean {
  return bytes > sizeLimit(limit) || elements > countLimit(limit);
}

/** Whether an element is too large to share a chunk with others. */
export function isLarge(limit: number, length: number): boolean {
  const threshold = listDebug.packedThresholdBytes;
  return threshold !== 0 ? length >= threshold : length > sizeLimit(limit);
}

/**
 * Whether a quicklist's chunk takes one more element of `length` bytes.
 * @param spareBytes to leave free of the size limit, so that chunk and header together fill a size class of the allocator
 */
export function takesOneMore(
  limit: number,
  bytes: number,
  elements: number,
  length: number,
  spareBytes: number,
): boolean {
  const threshold = listDebug.packedThresholdBytes;
  if (threshold !== 0 && length >= threshold) return false;
  return bytes + length + OVERHEAD_BYTES + spareBytes <= sizeLimit(limit) && elements < countLimit(limit);
}
