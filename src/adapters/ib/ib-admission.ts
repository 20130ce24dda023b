/** What a gateway says of itself when a connection is made. */
export interface GatewaySelf {
  readonly serverVersion: number;
  /** The accounts of its login. */
  readonly accounts: readonly string[];
}

/** What a connection is to be used for. */
export interface Purpose {
  readonly account: string;
  readonly mode: string;
}

/** Why a gateway is not the right one, and what a person does about it. */
export interface Inadmissible {
  readonly what: 'version' | 'account';
  readonly detail: string;
  readonly fix: string;
}

/** What the library decodes without fault, from here to `NEWEST_VERSION`. */
export const OLDEST_VERSION = 178;
export const NEWEST_VERSION = 193;

/** Accounts of paper trading begin with D, such as DU1234567; those of real money do not. */
export const isPaperAccount = (account: string): boolean => account.startsWith('D');

/** Why a gateway's version cannot be used; null where it can. */
export const versionFault = ({ serverVersion }: GatewaySelf): Inadmissible | null =>
  serverVersion >= OLDEST_VERSION
    ? null
    : {
        what: 'version',
        detail: `server version ${serverVersion} is too old`,
        fix: 'install a current gateway',
      };

/**
 * Why nothing may be traded at a gateway: the configured account is not among those of its login, or is of the wrong
 * kind for the mode. Null where it is the right one, alone or among several.
 */
export function accountFault(
  { accounts }: GatewaySelf,
  { account, mode }: Purpose,
): Inadmissible | null {
  const fault = (detail: string, fix: string): Inadmissible => ({ what: 'account', detail, fix });
  if (!accounts.includes(account)) {
    return fault(
      `${account} is not among the accounts of this login: ${accounts.join(', ')}`,
      'set ib.account to the account that is to trade, or log in to the right one',
    );
  }
  const isPaper = isPaperAccount(account);
  if (mode === 'paper' && !isPaper) {
    return fault(`mode paper and the live account ${account}`, 'log in to paper');
  }
  if (mode === 'live' && isPaper) {
    return fault(`mode live and the paper account ${account}`, 'log in to live');
  }
  return null;
}
