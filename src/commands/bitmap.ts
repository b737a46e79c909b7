/** Commands on the bits of strings. */
import { bitmapBitCommands } from './bitmap-bit.ts';
import { bitmapFieldCommands } from './bitmap-field.ts';
import { bitmapOpCommands } from './bitmap-op.ts';
import type { Command } from './define.ts';

export const bitmapCommands: readonly Command[] = [...bitmapBitCommands, ...bitmapOpCommands, ...bitmapFieldCommands];
