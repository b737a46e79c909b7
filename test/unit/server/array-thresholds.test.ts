import { expect, it } from 'vitest';
import { Config } from '../../../src/config/config.ts';
import { keepArrayThresholdsApart } from '../../../src/server/array-thresholds.ts';
import { TestHost } from '../config/test-host.ts';

const remote = { isLocal: false, isLoading: false };

it('holds array-sparse-kmin below array-sparse-kmax, unless nothing is to be sparse', () => {
  const config = new Config(new TestHost());
  keepArrayThresholdsApart(config);
  expect(() => config.set(['array-sparse-kmax', '5'], remote)).toThrow(
    "CONFIG SET failed (possibly related to argument 'array-sparse-kmax') - array-sparse-kmax must be greater than array-sparse-kmin when non-zero",
  );
  expect(() => config.set(['array-sparse-kmin', '10'], remote)).toThrow(
    'array-sparse-kmin must be less than array-sparse-kmax',
  );
  expect(config.get(['array-sparse-*'])).toEqual([
    ['array-sparse-kmax', '10'],
    ['array-sparse-kmin', '5'],
  ]);
  config.set(['array-sparse-kmax', '40', 'array-sparse-kmin', '20'], remote);
  config.set(['array-sparse-kmax', '0'], remote);
  config.set(['array-sparse-kmin', '100'], remote);
});
