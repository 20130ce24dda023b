import { accountFault, type Purpose, versionFault } from './ib-admission.ts';
import { IbLink, type IbLinkOptions, type NoLink } from './ib-link.ts';

/** A connection to the right gateway, or why there is none. */
export type Opening =
  | { readonly ok: true; readonly link: IbLink }
  | {
      readonly ok: false;
      /** `refused`: only a person can mend it. */
      readonly state: 'connecting' | 'refused';
      readonly cause: string;
    };

/** Connects, and looks whether it is a gateway whose messages are understood and the account that was meant. */
export async function openLine(options: IbLinkOptions, purpose: Purpose): Promise<Opening> {
  const opened = await IbLink.open(options);
  if (!opened.ok) return notOpened(opened.why, options);
  const { link } = opened;
  const fault = versionFault(link) ?? accountFault(link, purpose);
  if (fault === null) return opened;
  link.close();
  await link.closed;
  return { ok: false, state: 'refused', cause: `${fault.detail}: ${fault.fix}` };
}

function notOpened(
  { cause, message }: NoLink,
  { host, port, clientId }: IbLinkOptions,
): Opening & { readonly ok: false } {
  const refused = (why: string) => ({ ok: false, state: 'refused', cause: why }) as const;
  if (cause === 'client_id_in_use') {
    const fix = 'stop the other program that uses it, or wait until the gateway forgets us';
    return refused(`client id ${clientId} is in use: ${fix}`);
  }
  if (cause === 'version_unknown') {
    return refused(`${message}: use a gateway that speaks an older version`);
  }
  return { ok: false, state: 'connecting', cause: `${host}:${port}: ${message}` };
}
