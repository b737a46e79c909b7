import { matchGlob } from '../../src/base/glob.ts';
import { suite } from './bench.ts';

export const operations = 1000;

export default function glob() {
  const bench = suite('glob');
  const text = Buffer.from('session:0001f3a9:profile');
  const patterns = ['user:*', 'session:*', '*profile', 'session:????????:*', '*[0-9]f*:p*e', '*a*a*a*b'];
  for (const pattern of patterns) {
    const bytes = Buffer.from(pattern);
    bench.add(`matchGlob, ${pattern}`, () => {
      let matches = 0;
      for (let i = 0; i < operations; i++) {
        if (matchGlob(bytes, 0, bytes.length, text, 0, text.length, false)) matches++;
      }
      return { matches };
    });
  }
  return bench;
}
