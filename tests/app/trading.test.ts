import { describe, expect, it } from 'vitest';
import { entryRestriction, type TradingParts, tradingNow } from '../../src/app/trading.ts';
import { instantOf } from '../../src/calendar/nyse.ts';
import { NO_ENVIRONMENT } from '../../src/config/environment.ts';
import { liveAckOf } from '../../src/config/limits-hash.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { sessionDate } from '../../src/domain/time.ts';
import { Book } from '../../src/ledger/book.ts';

const LIVE: Config = configSchema.parse({
  mode: 'live',
  broker: 'ib',
  ib: { account: 'U1234567' },
  approval: { mode: 'two-person' },
});
const { ack } = liveAckOf(LIVE);

interface World {
  readonly config?: Config;
  readonly simulated?: boolean;
  readonly account?: string;
  readonly armed?: boolean;
  readonly killSwitch?: boolean;
  readonly liveAck?: string | undefined;
}

/** What a system looks at before it trades; a real broker, armed and acknowledged, unless told otherwise. */
function parts(world: World = {}): TradingParts {
  const { config = LIVE, simulated = false, account = 'U1234567' } = world;
  const switches = {
    ...NO_ENVIRONMENT.switches,
    armed: world.armed ?? true,
    killSwitch: world.killSwitch ?? false,
    liveAck: 'liveAck' in world ? world.liveAck : ack,
  };
  return {
    home: '/nowhere',
    writesReports: false,
    config,
    loaded: {
      config,
      file: undefined,
      origins: new Map(),
      rowOrigins: new Map(),
      hash: '',
      switches,
      secrets: NO_ENVIRONMENT.secrets,
      warnings: [],
    },
    book: new Book(),
    clock: { now: () => instantOf(sessionDate('2026-03-05'), 600) },
    identity: { mode: 'live', account, name: 'desk', configHash: '', version: '0' },
    approvals: true,
    source: { intraday: '1m' },
    broker: { simulated, account },
  };
}

describe('the last gate, whatever the guards said', () => {
  it('lets entries out to a real broker that is armed and acknowledged', () => {
    expect(entryRestriction(parts())()).toBeNull();
    expect(tradingNow(parts())).toEqual({ state: 'active', restrictions: [] });
  });

  it.each<[string, World]>([
    ['is not armed', { armed: false }],
    ['has not said which account it is', { account: '' }],
    ['reports another account', { account: 'U7654321' }],
    ['is not acknowledged', { liveAck: undefined }],
    ['is acknowledged with other limits', { liveAck: 'U1234567:0000000000000000' }],
  ])('lets none out where it %s', (_, world) => {
    expect(entryRestriction(parts(world))()).toMatchObject({ code: 'DISARMED' });
    expect(tradingNow(parts(world)).state).toBe('halted');
  });

  it('asks a simulated broker for none of it', () => {
    const world = { simulated: true, armed: false, liveAck: undefined };
    expect(entryRestriction(parts(world))()).toBeNull();
  });

  it('tells the kill switch first', () => {
    const world = { killSwitch: true, armed: false };
    expect(entryRestriction(parts(world))()).toMatchObject({ code: 'KILL_SWITCH' });
  });

  it('keeps an acknowledgement while limits have only become stricter since', () => {
    const stricter = configSchema.parse({ ...LIVE, risk: { ...LIVE.risk, maxPositions: 5 } });
    expect(entryRestriction(parts({ config: stricter }))()).toMatchObject({ code: 'DISARMED' });
    const kept = { ...parts({ config: stricter }), acknowledged: LIVE };
    expect(entryRestriction(kept)()).toBeNull();
  });
});
