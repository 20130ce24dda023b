import type { Config } from '../config/schema.ts';

/** The simulated account's name in journals and reports. */
export const SIM_ACCOUNT = 'SIM-1';

/** The account that a configuration trades, as journals, reports and confirmations name it. */
export const accountName = ({ broker, ib }: Pick<Config, 'broker' | 'ib'>): string =>
  broker === 'sim' ? SIM_ACCOUNT : ib.account;
