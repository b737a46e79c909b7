import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../src/base/hash.ts';
import { SeededRandom } from '../../src/base/random.ts';
import { Region } from '../../src/base/region.ts';
import { createArenaBuffer } from '../../src/memory/arena.ts';
import { OutOfMemoryError } from '../../src/memory/out-of-memory.ts';
import { AccessClock } from '../../src/store/access.ts';
import { checkShard, unaccountedBytes } from '../../src/store/check.ts';
import { Shard } from '../../src/store/shard.ts';
import { Hoard } from './hoard.ts';

const KEYS = Array.from({ length: 200 }, (_, i) => Region.of('k'.repeat(i % 7) + i));
const DATABASES = 2;
const SEED = 3;
const hashOf = (key: Region): number => hashBytes(key.view, 0, key.length, SEED);

const place = { db: fc.nat(DATABASES - 1), key: fc.nat(KEYS.length - 1) };
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('acquire' as const), ...place }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), ...place }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('bump' as const), ...place }) },
);

interface Node {
  address: number;
  references: number;
  version: number;
}

const newShard = (): Shard => new Shard(0, createArenaBuffer(1 << 20, DATABASES), 0, new AccessClock(() => 0), SEED);

describe('a registry of keys', () => {
  it('counts references and changes of each key of each database', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 500, size: 'max' }), (steps) => {
        const shard = newShard();
        const registry = shard.watched;
        const nodes = new Map<string, Node>();
        for (const { kind, db, key: index } of steps) {
          const key = KEYS[index];
          const hash = hashOf(key);
          const name = `${db}:${index}`;
          const node = nodes.get(name);
          const found = registry.find(db, key, 0, key.length, hash);
          if (found !== (node?.address ?? 0)) throw new Error(`${name} is at ${found}`);
          if (kind === 'acquire') {
            const address = registry.acquire(db, key, 0, key.length, hash);
            if (node === undefined) nodes.set(name, { address, references: 1, version: 0 });
            else node.references++;
          } else if (node !== undefined && kind === 'bump') {
            registry.bump(found);
            node.version++;
          } else if (node !== undefined) {
            registry.release(found);
            if (--node.references === 0) nodes.delete(name);
          }
          if (registry.count !== nodes.size) throw new Error(`${registry.count} nodes, not ${nodes.size}`);
        }
        for (const { address, version } of nodes.values()) expect(registry.version(address)).toBe(version);
        for (let db = 0; db < DATABASES; db++) {
          const seen: number[] = [];
          registry.each(db, (node) => seen.push(node));
          const expected = [...nodes].filter(([name]) => name.startsWith(`${db}:`)).map(([, { address }]) => address);
          expect(seen.sort()).toEqual(expected.sort());
        }
        expect(checkShard(shard)).toEqual([]);
        expect(unaccountedBytes(shard)).toBe(0);
        for (const { address, references } of nodes.values()) {
          for (let i = 0; i < references; i++) registry.release(address);
        }
        expect(shard.allocator.usedBytes).toBe(0);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 15_000 },
    );
  });

  it('is as it was whichever of its allocations fails', () => {
    const shard = newShard();
    const registry = shard.awaited;
    const hoard = new Hoard(shard.allocator);
    const random = new SeededRandom(4);
    let refusals = 0;
    for (let round = 0; round < 30; round++) {
      hoard.takeAll(1024);
      const nodes: number[] = [];
      for (const key of KEYS) {
        try {
          nodes.push(registry.acquire(0, key, 0, key.length, hashOf(key)));
        } catch (error) {
          expect(error).toBeInstanceOf(OutOfMemoryError);
          refusals++;
          hoard.giveOne(() => random.double());
        }
        expect(registry.count).toBe(nodes.length);
        if (nodes.length === 0) expect(registry.blocks()).toEqual([]);
      }
      expect(checkShard(shard)).toEqual([]);
      expect(unaccountedBytes(shard)).toBe(hoard.bytes);
      for (const node of nodes) registry.release(node);
      hoard.giveAll();
      expect(shard.allocator.usedBytes).toBe(0);
    }
    expect(refusals).toBeGreaterThan(100);
  });
});
