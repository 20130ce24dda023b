import {
  accountFault,
  isPaperAccount,
  NEWEST_VERSION,
  OLDEST_VERSION,
  versionFault,
} from '../adapters/ib/ib-admission.ts';
import type { IbLink, NoLink } from '../adapters/ib/ib-link.ts';
import type { Config } from '../config/schema.ts';
import type { Finding } from './doctor.ts';

const GROUP = 'IB';
/** What is as it should be. */
export const ok = (what: string, detail: string): Finding => ({
  group: GROUP,
  what,
  result: 'ok',
  detail,
  fix: null,
});
/** What works and should be looked at. */
export const note = (what: string, detail: string, fix: string): Finding => ({
  ...ok(what, detail),
  result: 'note',
  fix,
});
/** What keeps the daemon from working. */
export const broken = (what: string, detail: string, fix: string): Finding => ({
  ...ok(what, detail),
  result: 'broken',
  fix,
});

/** Ports by convention: gateway 4002 paper and 4001 live, in containers 4004 and 4003, workstation 7497 and 7496. */
const PAPER_PORTS = new Set([4002, 4004, 7497]);
const LIVE_PORTS = new Set([4001, 4003, 7496]);

/** Whether port and account go together by convention, which proves nothing. */
export function portConvention({ ib, mode }: Config): Finding {
  const isPaper = isPaperAccount(ib.account);
  const detail = `${ib.host}:${ib.port}, client ${ib.clientId}, account ${ib.account}, mode ${mode}`;
  const other = (isPaper ? LIVE_PORTS : PAPER_PORTS).has(ib.port);
  if (!other) return ok('address', detail);
  const kind = isPaper
    ? 'a paper account at a port of live accounts'
    : 'a live account at a paper port';
  return note('address', `${detail}: ${kind}`, 'check ib.port and ib.account');
}

/** Why there is no connection, and what to do. `daemon` is that of the same home which has one, in words. */
export function noLink(
  { step, cause, message }: NoLink,
  { ib }: Config,
  daemon: string | null,
): Finding {
  const place = `${ib.host}:${ib.port}`;
  switch (cause) {
    case 'refused':
      return broken(
        'connection',
        `nobody listens on ${place} (${message})`,
        'start the gateway and log in; gateway listens on 4002 (paper) and 4001 (live), workstation on 7497 and 7496, containers often on 4004 and 4003',
      );
    case 'client_id_in_use':
      if (daemon !== null) return usedByDaemon(ib.clientId, daemon);
      return broken(
        'connection',
        `client id ${ib.clientId} is in use`,
        'stop the other program, or give this one an id of its own and keep it: ib.clientId. Orders can be changed only under the id that placed them',
      );
    case 'version_unknown':
      return broken(
        'connection',
        message,
        `use a gateway that speaks server version ${OLDEST_VERSION} to ${NEWEST_VERSION}`,
      );
    case 'closed':
      return broken(
        'connection',
        `${place} closed the connection while we waited for ${STEPS[step]}`,
        'allow API clients in the gateway (Configure, API, Settings): Enable ActiveX and Socket Clients, and trust this machine',
      );
    default:
      return broken(
        'connection',
        `${place}: ${message}`,
        step === 'tcp'
          ? 'check host, port and firewall'
          : 'look at the gateway: it may wait for a login, a second factor, or for somebody to accept the connection',
      );
  }
}

/** The daemon is connected as it should be: it is the look that has to go another way. */
function usedByDaemon(clientId: number, daemon: string): Finding {
  const other = clientId === 1 ? 2 : clientId - 1;
  return broken(
    'connection',
    `client id ${clientId} is in use by the daemon of this home, which is connected: ${daemon}`,
    `see how its line stands: trade-labs status. To look beside it, be another client this once: TRADE_LABS_IB__CLIENT_ID=${other} trade-labs doctor ib. Or stop it first`,
  );
}

const STEPS = {
  tcp: 'the connection',
  version: 'its version',
  accounts: 'its accounts',
  next_id: 'the next order id',
} as const;

/** Whether both sides speak a version that is decoded without fault. */
export function version(link: IbLink): Finding {
  const fault = versionFault(link);
  return fault === null
    ? ok('version', `server version ${link.serverVersion}`)
    : broken(fault.what, fault.detail, fault.fix);
}

/** Whether the configured account is managed, and of the kind that the mode takes. */
export function account(link: IbLink, { ib, mode }: Config): Finding {
  const fault = accountFault(link, { account: ib.account, mode });
  if (fault !== null) return broken(fault.what, fault.detail, fault.fix);
  const listed = link.accounts.join(', ');
  return ok('account', link.accounts.length === 1 ? listed : `${ib.account}, one of ${listed}`);
}
