import { describe, expect, it } from 'vitest';
import { type ArmingFacts, armingFaults, liveAck, loosened } from '../../src/risk/arming.ts';

const ACK = liveAck('U1234567', 'a'.repeat(64));
const LIVE: ArmingFacts = {
  mode: 'live',
  simulated: false,
  armed: true,
  account: 'U1234567',
  reportedAccount: 'U1234567',
  approval: 'two-person',
  approvalInForce: true,
  liveAck: ACK,
  expectedAck: ACK,
};
const PAPER: ArmingFacts = {
  ...LIVE,
  mode: 'paper',
  account: 'DU1234567',
  reportedAccount: 'DU1234567',
  approval: 'off',
  liveAck: undefined,
};

describe('an order may reach a real broker', () => {
  it('in paper and in live where everything fits', () => {
    expect(armingFaults(LIVE)).toEqual([]);
    expect(armingFaults(PAPER)).toEqual([]);
  });

  it('never in a mode without one', () => {
    for (const mode of ['sim', 'backtest', 'replay'] as const) {
      expect(armingFaults({ ...LIVE, mode })).toHaveLength(1);
    }
  });

  it.each<[string, Partial<ArmingFacts>]>([
    ['it is not armed', { armed: false }],
    ['the broker has not said which account it is', { reportedAccount: null }],
    ['the broker reports another account', { reportedAccount: 'U7654321' }],
    ['approvals are off', { approval: 'off' }],
    ['approvals are a setting that nothing holds', { approvalInForce: false }],
    ['nothing is acknowledged', { liveAck: undefined }],
    ['other limits are acknowledged', { liveAck: liveAck('U1234567', 'b'.repeat(64)) }],
    ['another account is acknowledged', { liveAck: liveAck('U7654321', 'a'.repeat(64)) }],
  ])('not in live while %s, and every other order is refused for that alone', (_, change) => {
    expect(armingFaults({ ...LIVE, ...change })).toHaveLength(1);
  });

  it('not in live at a paper account, nor in paper at a live one', () => {
    const paper = { account: 'DU1234567', reportedAccount: 'DU1234567' };
    expect(armingFaults({ ...LIVE, ...paper })).toEqual(['DU1234567 is no live account (U...)']);
    const live = { account: 'U1234567', reportedAccount: 'U1234567' };
    expect(armingFaults({ ...PAPER, ...live })).toEqual(['U1234567 is no paper account (DU...)']);
  });

  it('tells every fault at once', () => {
    const broken = { armed: false, approval: 'off', liveAck: undefined } as const;
    expect(armingFaults({ ...LIVE, ...broken })).toHaveLength(3);
  });

  it('at a simulated broker without any of it', () => {
    const nothing = { simulated: true, armed: false, reportedAccount: null } as const;
    expect(armingFaults({ ...LIVE, ...nothing, mode: 'sim' })).toEqual([]);
  });
});

describe('a limit is loosened', () => {
  const change = (key: string, before: unknown, after: unknown): string[] =>
    loosened(new Map([[key, before]]), new Map([[key, after]]));

  it.each<[string, unknown, unknown]>([
    ['risk.maxPositions', 10, 11],
    ['risk.dailyLossFraction', 0.02, 0.03],
    ['risk.cooldownSessionsAfterStop', 5, 4],
    ['breakers.slippageFraction', 0.01, 0],
    ['risk.maxConsecutiveLosses', 3, 0],
    ['risk.maxNetFraction', 0.5, undefined],
    ['approval.mode', 'two-person', 'off'],
    ['risk.onHardDailyLoss', 'close', 'keep'],
    ['risk.drawdownCooldownSessions', 0, 5],
    ['sizing.minNotionalUsd', 1_000, 500],
    ['risk.minScore', 50, undefined],
    ['intensity.window', 20, 30],
  ])('where %s goes from %s to %s, and is not where it stays', (key, before, after) => {
    expect(change(key, before, after)).toEqual([key]);
    expect(change(key, before, before)).toEqual([]);
  });

  it.each<[string, unknown, unknown]>([
    ['risk.maxPositions', 10, 9],
    ['risk.cooldownSessionsAfterStop', 5, 6],
    ['breakers.slippageFraction', 0, 0.01],
    ['risk.maxNetFraction', undefined, 0.5],
    ['risk.minScore', undefined, 50],
  ])('not where %s goes from %s to %s', (key, before, after) => {
    expect(change(key, before, after)).toEqual([]);
  });
});
