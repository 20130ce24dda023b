import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { saveDaemonStatus } from '../../src/adapters/file/daemon-status-file.ts';
import { lockHome } from '../../src/adapters/file/home-lock.ts';
import { SystemTimeline } from '../../src/adapters/system/system-timeline.ts';
import { recordWire } from '../../src/adapters/system/wire-record.ts';
import type { Finding } from '../../src/app/doctor.ts';
import { firstContact } from '../../src/app/doctor-ib.ts';
import { lookAtGateway } from '../../src/app/look-at-gateway.ts';
import { lastSessionClosedBy } from '../../src/calendar/nyse.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import type { LinkState } from '../../src/domain/link.ts';
import { epochMs } from '../../src/domain/time.ts';
import { commonStocks } from '../../src/testing/fake-tws/contracts.ts';
import type { FaultName } from '../../src/testing/fake-tws/faults.ts';
import { hoursFrom } from '../../src/testing/fake-tws/market-script.ts';
import { FakeTws, type FakeTwsOptions } from '../../src/testing/fake-tws/server.ts';
import { WireTime } from '../simulation/wire-time.ts';

const root = mkdtempSync(join(tmpdir(), 'doctor-ib-'));
afterAll(() => rmSync(root, { recursive: true }));
const servers: FakeTws[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const time = new WireTime(epochMs(Date.UTC(2026, 2, 5, 15)));
const timeline = new SystemTimeline({ source: time });
const now = () => timeline.now();

/** A sound gateway, on a time that waits for the wire. */
async function gateway(
  options: Partial<FakeTwsOptions> = {},
): Promise<{ server: FakeTws; port: number }> {
  const contracts = commonStocks(['AAPL', 'IBM', 'SPY']);
  const last = lastSessionClosedBy(now()).date.replaceAll('-', '');
  const server = new FakeTws({
    account: 'DU1234567',
    contracts,
    startingCash: 100_000,
    version: 193,
    childArm: 'partial',
    time,
    now,
    timeText: () => '',
    hours: () => hoursFrom(now()),
    history: () => [{ time: last, open: 1, high: 1, low: 1, close: 1, volume: 1 }],
    scan: () => contracts,
    commissionDelayMs: 0,
    ...options,
  });
  servers.push(server);
  return { server, port: await server.listen() };
}

async function configOf(port: number): Promise<Config> {
  const env = {
    TRADE_LABS_MODE: 'paper',
    TRADE_LABS_BROKER: 'ib',
    TRADE_LABS_IB__PORT: String(port),
  };
  return (await loadConfig({ home: root, cwd: root, env })).config;
}

/** Looks at a port as `doctor ib` does, with less patience. */
async function look(
  port: number,
  rest: Partial<Parameters<typeof firstContact>[0]> = {},
): Promise<readonly Finding[]> {
  const config = await configOf(port);
  const giveUp = new AbortController().signal;
  return firstContact({ config, timeline, stepMs: 1_500, giveUp, ...rest });
}

const problems = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ result }) => result === 'broken').map(({ what }) => what);
const detailOf = (findings: readonly Finding[], what: string): string =>
  findings.find((one) => one.what === what && one.result !== 'ok')?.detail ?? '';

describe('a first look at a gateway', () => {
  it('finds nothing to mend at a sound one, and places no order', async () => {
    const { server, port } = await gateway();
    const findings = await look(port);
    expect(findings.filter(({ result }) => result !== 'ok')).toEqual([]);
    expect(findings.map(({ what }) => what)).toEqual([
      'address',
      'version',
      'account',
      'clock',
      'equity',
      'contract SPY',
      'contract AAPL',
      'contract IBM',
      'bars',
      'scanner',
      'prices',
      'orders',
    ]);
    const equity = findings.find(({ what }) => what === 'equity')?.detail;
    expect(equity).toBe('$100,000.00, account type INDIVIDUAL');
    expect(server.record).toMatchObject({ problems: [], placed: [] });
    expect(server.exchange.book.orders).toEqual([]);
    await expect.poll(() => server.connections).toBe(0);
  });

  const connection: readonly (readonly [FaultName, RegExp])[] = [
    ['mute', /no answer to the greeting within/],
    ['no-version', /no answer to the greeting within/],
    ['no-accounts', /no list of accounts within/],
    ['no-next-id', /no next order id within/],
    ['client-id-in-use', /client id 17 is in use/],
  ];
  it.each(connection)('says why there is no connection: %s', async (fault, detail) => {
    const { server, port } = await gateway();
    server.faults.set(fault);
    const findings = await look(port);
    expect(problems(findings)).toEqual(['connection']);
    expect(detailOf(findings, 'connection')).toMatch(detail);
    expect(findings.at(-1)?.fix).not.toBeNull();
    // A socket that was given up is really closed.
    await expect.poll(() => server.connections).toBe(0);
  });

  it('says that nobody listens', async () => {
    const findings = await look(1);
    expect(problems(findings)).toEqual(['connection']);
    expect(detailOf(findings, 'connection')).toContain('nobody listens on 127.0.0.1:1');
  });

  it('says that the other side closed the connection, and that it is too new', async () => {
    const closing = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const port = (closing.address() as { port: number }).port;
    expect(detailOf(await look(port), 'connection')).toContain('closed the connection');
    closing.close();
    const tooNew = await gateway({ version: 225 });
    const findings = await look(tooNew.port);
    expect(problems(findings)).toEqual(['connection']);
    expect(findings.at(-1)?.fix).toContain('server version 178 to 193');
  });

  const findings: readonly (readonly [FaultName, string, RegExp])[] = [
    ['other-account', 'account', /DU1234567 is not among the accounts of this login: DU9999999/],
    ['live-account', 'account', /not among the accounts of this login: U7654321/],
    ['clock-offset', 'clock', /ours is \d+\.\d s behind/],
    ['history-pacing', 'bars', /pacing violation \(162\)/],
    ['no-scanner-items', 'scanner', /no items retrieved \(165\)/],
    ['no-market-data', 'prices', /not subscribed. \(354\)/],
    ['delayed-data', 'prices', /delayed: never used for orders/],
    ['preset-day', 'orders', /good till cancelled came back as DAY/],
    ['slow-answers', 'clock', /no answer to the time within 1.5 s/],
  ];
  it.each(findings)('names what is wrong: %s', async (fault, what, detail) => {
    const { server, port } = await gateway();
    server.faults.set(fault);
    const found = await look(port);
    expect(problems(found)).toContain(what);
    expect(detailOf(found, what)).toMatch(detail);
  });

  it('takes the configured account among several', async () => {
    const { server, port } = await gateway();
    server.faults.set('several-accounts');
    const found = await look(port);
    expect(problems(found)).toEqual([]);
    expect(found.find(({ what }) => what === 'account')?.detail).toBe(
      'DU1234567, one of DU1234567, DU8888888',
    );
  });

  it('says that the interface is read-only', async () => {
    const { server, port } = await gateway();
    server.faults.set('read-only');
    const found = await look(port);
    expect(problems(found)).toEqual(['orders']);
    expect(found.at(-1)?.fix).toContain('Read-Only API');
  });

  it('compares the hours of the coming days with the calendar', async () => {
    const hours = hoursFrom(now());
    const wrong = hours.liquid.replace('0930', '0915');
    const { port } = await gateway({ hours: () => ({ trading: wrong, liquid: wrong }) });
    const found = await look(port);
    expect(problems(found)).toEqual(['contract SPY', 'contract AAPL', 'contract IBM']);
    expect(detailOf(found, 'contract SPY')).toMatch(
      /^\d{4}-\d\d-\d\d: the broker says 0915-\d{4}, our calendar 0930-\d{4}$/,
    );
  });

  it('says that bars are missing', async () => {
    const { port } = await gateway({ history: () => null });
    expect(detailOf(await look(port), 'bars')).toContain('HMDS query returned no data');
    const old = [{ time: '20200103', open: 1, high: 1, low: 1, close: 1, volume: 1 }];
    const second = await gateway({ history: () => old });
    const found = await look(second.port);
    expect(problems(found)).toEqual([]);
    expect(detailOf(found, 'bars')).toMatch(/the last completed of 2020-01-03, expected/);
  });

  it('keeps every message of the wire for its owner alone, and overwrites no file', async () => {
    const { port } = await gateway();
    const path = join(root, 'frames.jsonl');
    const wire = recordWire(path);
    await look(port, {
      onWire: (direction, tokens) => wire.write({ at: now(), direction, tokens }),
    });
    wire.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const messages = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { direction: string; tokens: unknown[] });
    expect(messages.filter(({ direction }) => direction === 'sent').length).toBeGreaterThan(8);
    expect(messages.filter(({ direction }) => direction === 'received').length).toBeGreaterThan(15);
    expect(() => recordWire(path)).toThrow('cannot record to');
  });
});

describe('a client id that is in use', () => {
  /** What is found while this process holds the home as its daemon, whose line stands like that. */
  async function foundBeside(state: LinkState): Promise<Finding | undefined> {
    const { server, port } = await gateway();
    server.faults.set('client-id-in-use');
    const home = mkdtempSync(join(root, 'home-'));
    const lock = await lockHome({ home, role: 'daemon', now: now() });
    const said = { state: 'running', cause: '', brokerSession: 'open', idle: '' } as const;
    const at = new Date(now()).toISOString();
    const link = { state, cause: '' };
    const times = { startedAt: at, updatedAt: at, next: [], running: null, rssBytes: 0 };
    saveDaemonStatus(home, { ...said, ...times, link });
    try {
      const giveUp = new AbortController().signal;
      const config = await configOf(port);
      const findings = await lookAtGateway({ home, config, recordFile: null, giveUp });
      return findings.at(-1);
    } finally {
      await lock.release();
    }
  }

  it("is that of the home's own daemon, which is named, with what to do", async () => {
    const found = await foundBeside('ready');
    expect(found).toMatchObject({ what: 'connection', result: 'broken' });
    expect(found?.detail).toContain(
      `in use by the daemon of this home, which is connected: daemon, process ${process.pid} on `,
    );
    expect(found?.fix).toContain('trade-labs status');
    expect(found?.fix).toContain('TRADE_LABS_IB__CLIENT_ID=16 trade-labs doctor ib');
  });

  it.each(['refused', 'connecting'] as const)(
    'is that of another program where the daemon of the home is %s',
    async (state) => {
      const found = await foundBeside(state);
      expect(found?.detail).toBe('client id 17 is in use');
      expect(found?.fix).toContain('stop the other program');
    },
  );
});
