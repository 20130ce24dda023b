import { type Answer, type AskLimits, ask, type Question } from '../adapters/ib/ib-ask.ts';
import { hoursFault } from '../adapters/ib/ib-hours.ts';
import { IbLink } from '../adapters/ib/ib-link.ts';
import {
  accountValues,
  contractDetails,
  dailyBars,
  feedOf,
  marketRule,
  mostActive,
  serverTime,
  whatIf,
} from '../adapters/ib/ib-questions.ts';
import { lastSessionClosedBy } from '../calendar/nyse.ts';
import type { Config } from '../config/schema.ts';
import { formatUsd, microsFromFloat } from '../domain/money.ts';
import type { Timeline } from '../ports/timeline.ts';
import type { Finding } from './doctor.ts';
import { account, broken, noLink, note, ok, portConvention, version } from './ib-link-findings.ts';

/** What the first look at a gateway is given. */
export interface FirstContact {
  readonly config: Config;
  /** The daemon of the same home that is connected already, in words; null or absent for none. */
  readonly connectedDaemon?: string | null;
  readonly timeline: Timeline;
  /** For each step of the connection and each question. */
  readonly stepMs: number;
  readonly giveUp: AbortSignal;
  /** Told every message on the wire. */
  readonly onWire?: (direction: 'sent' | 'received', tokens: readonly unknown[]) => void;
}

/** Symbols that are looked at: a fund, and two stocks of different exchanges. */
const SYMBOLS = ['SPY', 'AAPL', 'IBM'] as const;
const CLOCK_NOTE_MS = 2_000;
const CLOCK_BROKEN_MS = 10_000;
const SCAN_ROWS = 10;
const BAR_DAYS = 10;
const READ_ONLY = 321;
const COMPETING_SESSION = 10_197;

/**
 * Looks at a gateway without placing an order: connection, account, clock, contracts, bars, scanner, prices, and
 * whether orders would be taken. Every finding says its cause and the way out. A step that fails ends the look.
 */
export async function firstContact(contact: FirstContact): Promise<Finding[]> {
  const { config, connectedDaemon = null, timeline, stepMs, giveUp, onWire } = contact;
  const { host, port, clientId } = config.ib;
  const findings: Finding[] = [portConvention(config)];
  const opened = await IbLink.open({
    host,
    port,
    clientId,
    timeline,
    stepMs,
    giveUp,
    ...(onWire === undefined ? {} : { onWire }),
  });
  if (!opened.ok) return [...findings, noLink(opened.why, config, connectedDaemon)];
  const { link } = opened;
  try {
    findings.push(version(link), account(link, config));
    const look = new Look(link, { timeline, limitMs: stepMs, giveUp }, config);
    await look.all();
    findings.push(...look.findings);
    const competing = link.notices.find(({ code }) => code === COMPETING_SESSION);
    if (competing !== undefined) {
      findings.push(
        broken('prices', 'another session of the same user has the market data', CLOSE_OTHER),
      );
    }
    return findings;
  } finally {
    link.close();
  }
}

const CLOSE_OTHER = 'log out of Trader Workstation and the mobile app, or use a user of its own';

/** One question after another: some of them have no id, so that answers could be mixed up. */
class Look {
  readonly findings: Finding[] = [];
  readonly #link: IbLink;
  readonly #limits: AskLimits;
  readonly #config: Config;

  constructor(link: IbLink, limits: AskLimits, config: Config) {
    this.#link = link;
    this.#limits = limits;
    this.#config = config;
  }

  async all(): Promise<void> {
    await this.#clock();
    await this.#account();
    for (const symbol of SYMBOLS) await this.#contract(symbol);
    await this.#bars();
    await this.#scanner();
    await this.#prices();
    await this.#orders();
  }

  #ask<T>(question: Question<T>): Promise<Answer<T>> {
    return ask(this.#link, this.#limits, question);
  }

  #failed(what: string, { code, why }: { code: number | null; why: string }, fix: string): void {
    this.findings.push(broken(what, code === null ? why : `${why} (${code})`, fix));
  }

  async #clock(): Promise<void> {
    const before = this.#limits.timeline.now();
    const answer = await this.#ask(serverTime());
    if (!answer.complete) {
      this.#failed('clock', answer, 'restart the gateway: it does not answer');
      return;
    }
    const after = this.#limits.timeline.now();
    // The broker tells whole seconds.
    const offsetMs = answer.value * 1_000 + 500 - (before + after) / 2;
    const detail = `ours is ${Math.abs(offsetMs / 1_000).toFixed(1)} s ${offsetMs > 0 ? 'behind' : 'ahead of'} the broker's`;
    const fix = 'let this machine follow a time server: timedatectl set-ntp true';
    const size = Math.abs(offsetMs);
    if (size >= CLOCK_BROKEN_MS) this.findings.push(broken('clock', detail, fix));
    else if (size >= CLOCK_NOTE_MS) this.findings.push(note('clock', detail, fix));
    else this.findings.push(ok('clock', detail));
  }

  async #account(): Promise<void> {
    const { account } = this.#config.ib;
    const answer = await this.#ask(accountValues(account, ['AccountType', 'NetLiquidation']));
    if (!answer.complete) {
      this.#failed('equity', answer, 'look at the account in the gateway');
      return;
    }
    const net = answer.value.get('NetLiquidation');
    const value = Number(net?.value);
    if (net === undefined || !Number.isFinite(value)) {
      this.#failed('equity', { code: null, why: 'no net liquidation' }, 'look at the account');
    } else if (net.currency !== 'USD') {
      const fix = 'use an account whose base currency is USD';
      this.findings.push(broken('equity', `${net.value} ${net.currency}: not in USD`, fix));
    } else {
      const kind = answer.value.get('AccountType')?.value ?? 'unknown';
      this.findings.push(
        ok('equity', `${formatUsd(microsFromFloat(value, 'halfEven'))}, account type ${kind}`),
      );
    }
  }

  async #contract(symbol: string): Promise<void> {
    const answer = await this.#ask(contractDetails(symbol));
    const what = `contract ${symbol}`;
    const fix = 'try again in an hour: around the nightly reset contracts are not found';
    if (!answer.complete) {
      this.#failed(what, answer, fix);
      return;
    }
    const [contract] = answer.value;
    if (contract === undefined || answer.value.length > 1) {
      const why = `${answer.value.length} contracts of that name`;
      this.#failed(what, { code: null, why }, fix);
      return;
    }
    const ticks =
      contract.marketRuleId === null ? null : await this.#ask(marketRule(contract.marketRuleId));
    const steps =
      ticks?.complete === true ? ticks.value.map(({ step }) => step).join(', ') : 'unknown';
    const hours = hoursFault(contract);
    const detail = `id ${contract.conId}, ${contract.primaryExchange}, ${contract.stockType}, price steps ${steps}`;
    if (hours === null) this.findings.push(ok(what, detail));
    else this.findings.push(broken(what, hours, 'install a newer version of trade-labs'));
  }

  async #bars(): Promise<void> {
    const answer = await this.#ask(dailyBars('SPY', BAR_DAYS));
    const fix = 'subscribe to US stock data, and wait ten minutes where the text says pacing';
    if (!answer.complete) {
      this.#failed('bars', answer, fix);
      return;
    }
    const expected = lastSessionClosedBy(this.#limits.timeline.now()).date;
    const last = answer.value.findLast(({ date }) => date <= expected);
    const detail = `${answer.value.length} daily bars of SPY, the last completed of ${last?.date ?? 'none'}`;
    if (last?.date === expected) this.findings.push(ok('bars', detail));
    else this.findings.push(note('bars', `${detail}, expected ${expected}`, fix));
  }

  async #scanner(): Promise<void> {
    const answer = await this.#ask(mostActive(SCAN_ROWS));
    const fix = 'scans need market data of US stocks; before the open there may be none';
    if (!answer.complete) this.#failed('scanner', answer, fix);
    else if (answer.value.length === 0) this.findings.push(note('scanner', 'no rows', fix));
    else this.findings.push(ok('scanner', `${answer.value.length} rows, first ${answer.value[0]}`));
  }

  async #prices(): Promise<void> {
    const answer = await this.#ask(feedOf('SPY'));
    const fix =
      'subscribe to US stock data for this user, and share it with the paper account where it is one';
    if (!answer.complete) this.#failed('prices', answer, fix);
    else if (answer.value === 'live') this.findings.push(ok('prices', 'live'));
    else this.findings.push(broken('prices', `${answer.value}: never used for orders`, fix));
  }

  async #orders(): Promise<void> {
    const { account } = this.#config.ib;
    const answer = await this.#ask(whatIf('SPY', account, this.#link.nextValidId));
    if (!answer.complete) {
      const fix =
        answer.code === READ_ONLY
          ? 'switch off Read-Only API in the gateway (Configure, API, Settings)'
          : 'look at the permissions of the account';
      this.#failed('orders', answer, fix);
      return;
    }
    const { timeInForce, remarks } = answer.value;
    if (timeInForce !== 'GTC' || remarks.length > 0) {
      const said = remarks.map(({ code, message }) => `${message} (${code})`).join('; ');
      const detail = `an order good till cancelled came back as ${timeInForce}${said === '' ? '' : `: ${said}`}`;
      const fix = 'remove the order presets of the gateway: they change stops into day orders';
      this.findings.push(broken('orders', detail, fix));
    } else this.findings.push(ok('orders', 'would be taken (asked by a what-if order)'));
  }
}
