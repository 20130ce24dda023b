import { afterEach } from 'vitest';
import { describeBroker } from '../contract/broker.ts';
import { closeIbWorlds, ibWorld } from './ib-world.ts';

afterEach(closeIbWorlds);

for (const childArm of ['partial', 'full'] as const) {
  for (const version of [193, 178]) {
    describeBroker(`Interactive Brokers (${childArm}, ${version})`, () =>
      ibWorld({ server: { childArm, version } }),
    );
  }
}
