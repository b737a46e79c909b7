import type { Config } from '../config/config.ts';
import { ConfigRefusal } from '../config/refusal.ts';

/** CONFIG SET refuses thresholds between which a slice of an array would go dense and sparse at every turn. */
export function keepArrayThresholdsApart(config: Config): void {
  const clash = () => {
    const kmax = config.value('array-sparse-kmax');
    return kmax > 0 && kmax <= config.value('array-sparse-kmin');
  };
  config.onChange('array-sparse-kmax', () => {
    if (clash()) throw new ConfigRefusal('array-sparse-kmax must be greater than array-sparse-kmin when non-zero');
  });
  config.onChange('array-sparse-kmin', () => {
    if (clash()) throw new ConfigRefusal('array-sparse-kmin must be less than array-sparse-kmax');
  });
}
