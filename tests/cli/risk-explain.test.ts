import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/domain/failure.ts';
import { REASON_CODES } from '../../src/domain/reason.ts';
import { run } from './fake-world.ts';

describe('risk explain', () => {
  it('says rule, sentence, keys and sources of a reason, in any case of letters', async () => {
    const { exit, stdout } = await run(['risk', 'explain', 'open_risk']);
    expect(exit).toBe(EXIT.OK);
    expect(stdout).toBe(`OPEN_RISK
  Rule      if every stop filled at its price, a fraction of equity would be lost at most
  Held      before an order is approved
  Told as   the order risked <value>, of the open risk <limit> was left
  Keys      risk.maxOpenRiskFraction: a number from 0 to 1, fraction; 0.03 by default
  Source    SEC Rule 15c3-5(c)(1)(i): credit and capital thresholds
`);
  });

  it('says that a limit is off unless set, and which keys matter besides', async () => {
    const { stdout } = await run(['risk', 'explain', 'SECTOR_EXPOSURE']);
    expect(stdout).toMatch(/Keys +risk\.maxSectorFraction: .*fraction; off unless set\n +data\./);
  });

  it('says where the last gate holds a rule', async () => {
    const { stdout } = await run(['risk', 'explain', 'CONSERVATION']);
    expect(stdout).toContain('at the last gate before the broker');
    expect(stdout).toMatch(/Keys +none/);
    expect(stdout).toContain('Knight Capital');
  });

  it('lists every reason, for programs too', async () => {
    const { stdout } = await run(['risk', 'explain']);
    for (const code of REASON_CODES) expect(stdout).toMatch(new RegExp(`^${code} `, 'm'));
    const json = await run(['risk', 'explain', '--json']);
    const { data } = JSON.parse(json.stdout) as { data: { reasons: { code: string }[] } };
    expect(data.reasons.map(({ code }) => code)).toEqual(REASON_CODES);
    const one = await run(['risk', 'explain', 'LIQUIDITY', '--json']);
    expect(JSON.parse(one.stdout)).toMatchObject({
      ok: true,
      data: {
        code: 'LIQUIDITY',
        heldBy: 'guards',
        keys: [{ key: 'risk.maxAdvFraction', default: 0.01, unit: 'fraction' }],
      },
    });
  });

  it('says which reason was meant where there is none of that name', async () => {
    const { exit, stderr } = await run(['risk', 'explain', 'OPEN_RISC']);
    expect(exit).not.toBe(EXIT.OK);
    expect(stderr).toContain('there is no reason OPEN_RISC');
    expect(stderr).toContain('Did you mean OPEN_RISK?');
  });
});
