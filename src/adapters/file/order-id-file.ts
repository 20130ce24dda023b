import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { readWhole, writeAtomic } from './atomic-file.ts';
import { nodeFileSystem } from './node-file-system.ts';

/** Where a home keeps the highest order id that was ever sent by a client id. */
export const orderIdFile = (home: string, clientId: number): string =>
  join(home, 'data', 'state', `ib-order-id-${clientId}.txt`);

/** The highest order id of a client id on disk. What was written is there after a crash and a power loss. */
export interface OrderIdFile {
  /** 0 before the first. Throws HISTORY_DAMAGED for a file that holds no id: guessing one could change an order. */
  read(): number;
  write(highest: number): void;
}

/** Opens the file of a home; it is made when the first id is written. */
export function openOrderIdFile(home: string, clientId: number): OrderIdFile {
  const path = orderIdFile(home, clientId);
  return {
    read() {
      const content = readWhole(nodeFileSystem, path);
      if (content === null) return 0;
      const text = content.toString('utf8').trim();
      if (/^\d{1,10}$/.test(text)) return Number(text);
      throw new Failure('HISTORY_DAMAGED', `${path} holds no order id: "${text.slice(0, 20)}"`, {
        hint: 'write the highest order id of that client id into it: the Trade Log of TWS shows them',
      });
    },
    write(highest) {
      nodeFileSystem.makeFolder(join(home, 'data', 'state'));
      writeAtomic(nodeFileSystem, path, `${highest}\n`);
    },
  };
}
