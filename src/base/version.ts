/** Mayfly's own version: that of package.json, to which a test holds it. */
export const MAYFLY_VERSION = '0.1.0';

/** The version of Redis whose commands and replies Mayfly follows, and which it says it is. */
export const REDIS_VERSION = '8.10.0';
