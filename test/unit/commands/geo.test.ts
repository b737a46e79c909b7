import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnOf, interleaved, placeOfScore, rowOf, scoreOfPlace } from '../../../src/commands/geo-cells.ts';
import { GeoOrder } from '../../../src/commands/geo-order.ts';
import { Ring } from '../../../src/commands/geo-ring.ts';
import { distance, ShapeTest } from '../../../src/commands/geo-shape.ts';
import { CommandRunner } from '../../support/command-runner.ts';

const place = fc.record({
  longitude: fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: 12, max: 15, noNaN: true })),
  latitude: fc.oneof(fc.double({ min: -85.05, max: 85.05, noNaN: true }), fc.double({ min: 37, max: 39, noNaN: true })),
});

describe('cells', () => {
  test('interleave the bits of row and column, and give them back', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 26 - 1), fc.nat(2 ** 26 - 1), (row, column) => {
        let bits = 0n;
        for (let bit = 0n; bit < 26n; bit++) {
          bits |= ((BigInt(row) >> bit) & 1n) << (bit * 2n);
          bits |= ((BigInt(column) >> bit) & 1n) << (bit * 2n + 1n);
        }
        expect(interleaved(row, column)).toBe(Number(bits));
        expect([rowOf(Number(bits)), columnOf(Number(bits))]).toEqual([row, column]);
        expect(scoreOfPlace(placeOfScore(Number(bits)))).toBe(Number(bits));
      }),
    );
  });

  test('a place is in the cell of its score, to half a metre', () => {
    fc.assert(
      fc.property(place, (where) => {
        expect(distance(where, placeOfScore(scoreOfPlace(where)))).toBeLessThan(0.5);
      }),
    );
  });

  test('those around a circle go around the world', () => {
    const ring = new Ring();
    const circle = (longitude: number, latitude: number, radius: number) => {
      ring.lay({ centre: { longitude, latitude }, unit: 1, radius, width: 0, height: 0 });
      return Array.from({ length: ring.count }, (_, cell) => [ring.from(cell), ring.to(cell)]);
    };
    const isIn = (cells: number[][], longitude: number, latitude: number) => {
      const score = scoreOfPlace({ longitude, latitude });
      return cells.some(([from, to]) => score >= from && score < to);
    };
    expect(isIn(circle(179.999, 10, 1000), -179.999, 10)).toBe(true);
    expect(isIn(circle(10, 10, 1000), 10.001, 10.001)).toBe(true);
    expect(isIn(circle(10, 10, 1000), 11, 10)).toBe(false);
    expect(ring.isWhole).toBe(true);
    circle(179.999, 10, 1000);
    expect(ring.isWhole).toBe(false);
  });
});

describe('shapes', () => {
  const lengths = fc.double({ min: -2, max: 8, noNaN: true }).map((power) => 10 ** power);
  /** Nearby as often as anywhere, and on the very edge. */
  const near = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }));

  test('hold what the formulas say, to the last bit', () => {
    fc.assert(
      fc.property(place, place, near, lengths, lengths, fc.boolean(), (centre, far, [x, y], a, b, isNear) => {
        const other = { longitude: centre.longitude + x / 50, latitude: centre.latitude + y / 50 };
        const score = scoreOfPlace(isNear ? other : far);
        const where = placeOfScore(score);
        const mayHold = (shape: ShapeTest) => shape.mayHold(rowOf(score), columnOf(score));
        const surelyHolds = (shape: ShapeTest) => {
          shape.frameInside(centre);
          return shape.surelyHolds(rowOf(score), columnOf(score));
        };
        const metres = distance(centre, where);
        const rise = distance(where, { longitude: where.longitude, latitude: centre.latitude });
        const aside = distance(where, { longitude: centre.longitude, latitude: where.latitude });
        for (const radius of [a, metres, metres * (1 + 1e-12), metres * (1 - 1e-12)]) {
          const circle = new ShapeTest({ centre, unit: 1, radius, width: 0, height: 0 });
          expect(circle.distanceTo(where)).toBe(metres > radius ? -1 : metres);
          expect(mayHold(circle) || metres > radius).toBe(true);
          expect(surelyHolds(circle) && metres > radius).toBe(false);
        }
        for (const [width, height] of [
          [a, b],
          [2 * aside, b],
          [a, 2 * rise],
        ]) {
          const box = new ShapeTest({ centre, unit: 1, radius: undefined, width, height });
          const isOutside = rise > height / 2 || aside > width / 2;
          expect(box.distanceTo(where)).toBe(isOutside ? -1 : metres);
          expect(mayHold(box) || isOutside).toBe(true);
          expect(surelyHolds(box) && isOutside).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('what is found is sorted as a stable sort does it', () => {
    const distances = fc.array(fc.oneof(fc.nat(20), fc.nat(100_000)), { maxLength: 300 });
    const order = new GeoOrder();
    fc.assert(
      fc.property(
        distances,
        fc.boolean(),
        fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(1000)),
        (all, far, wanted) => {
          const keys = Float64Array.from({ length: Math.max(256, all.length) }, (_, i) => all[i] ?? 0);
          order.clear();
          order.sort(keys, all.length, far, wanted);
          const sorted = all.map((_, i) => i).sort((a, b) => (far ? all[b] - all[a] : all[a] - all[b]));
          const kept = sorted.slice(0, wanted);
          expect(kept.map((_, i) => order.of(i))).toEqual(kept);
        },
      ),
    );
  });
});

describe('geo commands', () => {
  const redis = new CommandRunner({ shards: 2 });

  test('distances, hashes and places as Redis prints them', () => {
    redis.run('GEOADD', 'Sicily', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania');
    expect(redis.run('ZSCORE', 'Sicily', 'Palermo')).toBe('3479099956230698');
    expect(redis.run('GEODIST', 'Sicily', 'Palermo', 'Catania')).toBe('166274.1516');
    expect(redis.run('GEODIST', 'Sicily', 'Palermo', 'Catania', 'mi')).toBe('103.3182');
    expect(redis.run('GEOHASH', 'Sicily', 'Palermo', 'Catania', 'Rome')).toEqual(['sqc8b49rny0', 'sqdtr74hyu0', null]);
    expect(redis.run('GEOPOS', 'Sicily', 'Palermo')).toEqual([['13.361389338970184', '38.1155563954963']]);
    expect(redis.run('GEOSEARCH', 'Sicily', 'FROMLONLAT', 15, 37, 'BYRADIUS', 200, 'km', 'ASC', 'WITHDIST')).toEqual([
      ['Catania', '56.4413'],
      ['Palermo', '190.4424'],
    ]);
  });

  test('a search finds what is near, and nothing else', () => {
    const lengths = fc.double({ min: 0, max: 7, noNaN: true }).map((power) => 10 ** power);
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 200 }), place, lengths, (places, centre, radius) => {
        redis.run('DEL', 'places');
        redis.run(
          'GEOADD',
          'places',
          ...places.flatMap(({ longitude, latitude }, i) => [longitude, latitude, `m${i}`]),
        );
        // Beyond a pole, or beyond the edge of the map, Redis doesn't look.
        const reach = (radius / 6372797.560856) * (180 / Math.PI);
        fc.pre(Math.abs(centre.latitude) + reach < 80 && Math.abs(centre.longitude) + reach * 6 < 180);
        const args = ['places', 'FROMLONLAT', centre.longitude, centre.latitude, 'BYRADIUS', radius, 'm'];
        const near = places.map((where) => distance(centre, placeOfScore(scoreOfPlace(where))));
        const expected = places.map((_, i) => i).filter((i) => near[i] <= radius);
        const found = redis.run('GEOSEARCH', ...args, 'ASC') as string[];
        expect([...found].sort()).toEqual(expected.map((i) => `m${i}`).sort());
        const distances = found.map((member) => near[Number(member.slice(1))]);
        expect(distances).toEqual([...distances].sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  test('the nearest are the first of all in their order', () => {
    const here = fc.record({
      longitude: fc.double({ min: 12, max: 15, noNaN: true }),
      latitude: fc.double({ min: 37, max: 39, noNaN: true }),
    });
    const options = {
      centre: fc.oneof(here, place),
      reach: fc.double({ min: 3, max: 8, noNaN: true }).map((power) => 10 ** power),
      isCircle: fc.boolean(),
      count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 })),
    };
    for (const where of [here, place]) {
      redis.run('DEL', 'places');
      for (const [i, { longitude, latitude }] of fc.sample(where, { numRuns: 500, seed: 1 }).entries()) {
        redis.run('GEOADD', 'places', longitude, latitude, `m${i}`);
      }
      fc.assert(
        fc.property(fc.record(options), ({ centre, reach, isCircle, count }) => {
          const shape = isCircle ? ['BYRADIUS', reach, 'm'] : ['BYBOX', reach, reach / 2, 'm'];
          const args = ['FROMLONLAT', centre.longitude, centre.latitude, ...shape, 'WITHDIST', 'ASC'];
          const distances = (...more: (string | number)[]) =>
            (redis.run('GEOSEARCH', 'places', ...args, ...more) as string[][]).map(([, metres]) => metres);
          expect(distances('COUNT', count)).toEqual(distances().slice(0, count));
        }),
        { numRuns: 500 },
      );
    }
  });

  test('what is found is stored where it is asked to be, the last word counts', () => {
    redis.run('DEL', 'a', 'b');
    redis.run('GEOADD', 'Sicily', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania');
    const circle = ['Sicily', 15, 37, 200, 'km'];
    expect(redis.run('GEORADIUS', ...circle, 'STORE', 'a', 'STOREDIST', 'b')).toBe(2);
    expect(redis.run('EXISTS', 'a', 'b')).toBe(1);
    expect(redis.run('ZRANGE', 'b', 0, -1)).toEqual(['Catania', 'Palermo']);
    expect(redis.run('GEORADIUS', 'none', 15, 37, 200, 'km', 'STORE', 'b')).toBe(0);
    expect(redis.run('EXISTS', 'b')).toBe(0);
  });
});
