import { describe, expect, it } from 'vitest';
import { hoursFault } from '../../src/adapters/ib/ib-hours.ts';

const told = (liquidHours: string, timeZone = 'US/Eastern') =>
  hoursFault({ liquidHours, timeZone });

describe('hours that a broker tells', () => {
  it('agree with our calendar on a full day, a half day, a holiday and a weekend', () => {
    expect(
      told('20261125:0930-20261125:1600;20261126:CLOSED;20261127:0930-20261127:1300'),
    ).toBeNull();
    expect(told('20261128:CLOSED;20261130:0930-20261130:1600', 'America/New_York')).toBeNull();
  });

  it.each([
    [
      '20261127:0930-20261127:1600',
      '2026-11-27: the broker says 0930-1600, our calendar 0930-1300',
    ],
    ['20261126:0930-20261126:1600', '2026-11-26: the broker says 0930-1600, our calendar closed'],
    ['20261125:CLOSED', '2026-11-25: the broker says closed, our calendar 0930-1600'],
  ])('differ from it: %s', (hours, fault) => {
    expect(told(hours)).toBe(fault);
  });

  it('are not compared beyond the days that our calendar vouches for, and are before', () => {
    expect(told('20281229:0930-20281229:1600;20290102:CLOSED;99999999:CLOSED')).toBeNull();
    expect(told('20290102:CLOSED;20281229:CLOSED')).toMatch(/^2028-12-29: the broker says closed/);
  });

  it('mean nothing in another zone', () => {
    expect(told('20261125:0930-20261125:1600', 'MET')).toBe('its hours are told in MET');
  });
});
