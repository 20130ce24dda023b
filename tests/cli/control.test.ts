import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { killFilePath, readKillFile } from '../../src/adapters/file/kill-file.ts';
import { type DeskHome, inHome, TABLE } from '../simulation/daemon-world.ts';
import { run } from './fake-world.ts';

/** A home after one session, with positions; commands come at 09:30 of the next. */
const afterOneSession = (work: (home: DeskHome) => Promise<void>): Promise<void> =>
  inHome(TABLE, async (home) => {
    await home.simulate('2026-03-04', '2026-03-04');
    await work(home);
  });

const json = async (home: DeskHome, ...argv: string[]): Promise<never> => {
  const { stdout } = await run([...argv, '--json'], { cwd: home.dir });
  return JSON.parse(stdout) as never;
};

interface TradingJson {
  readonly data: {
    readonly trading: {
      readonly state: string;
      readonly sources: readonly { readonly source: string; readonly why: string }[];
    };
  };
}

const sourcesOf = async (home: DeskHome, command: 'risk' | 'status'): Promise<string[]> => {
  const { data } = (await json(home, command)) as TradingJson;
  return [data.trading.state, ...data.trading.sources.map(({ source }) => source)];
};

describe('pause and resume', () => {
  it('stop entries and let them go on, with who and why in risk and status', () =>
    afterOneSession(async (home) => {
      const paused = await run(['pause', '--reason', 'holiday', '--for', '2h'], { cwd: home.dir });
      expect(paused.exit).toBe(0);
      expect(paused.stdout).toContain('until Thu 2026-03-05 11:30 ET');
      expect(await sourcesOf(home, 'risk')).toEqual(['reducing', 'pause']);
      expect(await sourcesOf(home, 'status')).toEqual(['reducing', 'pause']);
      const { stdout } = await run(['status'], { cwd: home.dir });
      expect(stdout).toMatch(/trading REDUCING: pause \(holiday\), until Thu/);
      expect(stdout).toContain('Next: trade-labs risk');
      const unanswered = await run(['resume'], { cwd: home.dir });
      expect(unanswered.exit).toBe(2);
      const no = await run(['resume'], { cwd: home.dir, terminal: 100, answers: [''] });
      expect(no.stdout).toContain('Nothing was changed.');
      const yes = await run(['resume'], { cwd: home.dir, terminal: 100, answers: ['y'] });
      expect(yes.stdout).toContain('Trading: reducing -> active');
      expect(await sourcesOf(home, 'risk')).toEqual(['active']);
    }));

  it('keep no secret that somebody gave as the reason', () =>
    afterOneSession(async (home) => {
      const secret = 'a-token-of-ntfy';
      writeFileSync(join(home.dir, '.env'), `NTFY_TOKEN=${secret}\n`, { mode: 0o600 });
      const { stdout } = await run(['pause', '--reason', `see ${secret}`], { cwd: home.dir });
      expect(stdout).toContain('see [redacted]');
      expect(JSON.stringify(await home.events())).not.toContain(secret);
    }));

  it('are written down when they were asked for, however far the exchange was played', () =>
    afterOneSession(async (home) => {
      await run(['kill', '--confirm', 'SIM-1'], { cwd: home.dir });
      const noon = '2026-03-12T16:00:00Z';
      const before = (await home.events()).length;
      await run(['pause'], { cwd: home.dir, now: noon });
      await run(['resume', '--yes'], { cwd: home.dir, now: noon });
      await run(['alerts', '--ack', 'all'], { cwd: home.dir, now: noon });
      const written = (await home.events()).slice(before);
      const ofCommands = written.filter(({ type }) => /^(command|alert|trading_state)/.test(type));
      expect(ofCommands).toHaveLength(9);
      expect(new Set(ofCommands.map(({ at }) => at))).toEqual(new Set([Date.parse(noon)]));
    }));

  it('show what they would do with --dry-run, and change nothing', () =>
    afterOneSession(async (home) => {
      const before = (await home.events()).length;
      for (const command of [
        ['pause', '-n'],
        ['resume', '-n'],
        ['kill', '-n'],
      ]) {
        const { exit, stdout } = await run(command, { cwd: home.dir });
        expect({ exit, start: stdout.slice(0, 7) }).toEqual({ exit: 0, start: 'DRY RUN' });
      }
      expect((await home.events()).length).toBe(before);
      expect(existsSync(killFilePath(home.dir))).toBe(false);
    }));

  it.each([
    ['pause', '--for', 'soon'],
    ['pause', '--for', '0h'],
    ['alerts', '--ack', 'x'],
    ['kill', '--flatten', '--keep'],
    ['kill', '--timeout', '0'],
  ])('refuse what they do not understand: %s %s %s', (...argv) =>
    inHome(TABLE, async ({ dir }) => {
      expect((await run(argv, { cwd: dir })).exit).toBe(2);
      expect(existsSync(killFilePath(dir))).toBe(false);
    }),
  );
});

describe('kill', () => {
  it('asks for the account by name, and does nothing without it', () =>
    afterOneSession(async (home) => {
      const silent = await run(['kill'], { cwd: home.dir });
      expect(silent.exit).toBe(2);
      expect(silent.stderr).toContain('--confirm SIM-1');
      const wrong = await run(['kill', '--confirm', 'U1'], { cwd: home.dir });
      expect(wrong.exit).toBe(2);
      const other = await run(['kill'], { cwd: home.dir, terminal: 100, answers: ['yes'] });
      expect(other.stdout).toContain('Nothing was done.');
      expect(existsSync(killFilePath(home.dir))).toBe(false);
    }));

  it('says what is kept, calls for a person, and is cleared by a person with the account', () =>
    afterOneSession(async (home) => {
      const killed = await run(['kill', '--confirm', 'SIM-1', '--reason', 'odd'], {
        cwd: home.dir,
      });
      expect(killed.exit).toBe(0);
      expect(killed.stdout).toMatch(/Engaged, by this command\.\n0 entries withdrawn\./);
      expect(killed.stdout).toMatch(/kept, with its stop/);
      expect(killed.stdout).toContain('Not flat: positions are kept.');
      expect(readKillFile(home.dir)).toMatchObject({ cause: 'odd', positions: 'keep' });
      expect(await sourcesOf(home, 'risk')).toEqual(['halted', 'kill']);
      const alerts = await run(['alerts'], { cwd: home.dir });
      expect(alerts.stdout).toMatch(/\d+ {2}critical {2}KILL_ENGAGED/);
      const logged = await run(['logs', '--level', 'error'], { cwd: home.dir });
      expect(logged.stdout).toMatch(/ERROR +KILL_ENGAGED: the kill switch is engaged \(odd\)/);
      const noted = await run(['alerts', '--ack', 'all'], { cwd: home.dir });
      expect(noted.stdout).toContain('1 alert acknowledged.');
      expect((await run(['alerts'], { cwd: home.dir })).stdout).toContain('No open alerts.');
      const gone = await run(['alerts', '--ack', '1'], { cwd: home.dir });
      expect(gone.exit).toBe(2);
      const yes = await run(['resume', '--clear-kill', '--yes'], { cwd: home.dir });
      expect(yes.exit).toBe(2);
      const cleared = await run(['resume', '--clear-kill', '--confirm', 'SIM-1'], {
        cwd: home.dir,
      });
      expect(cleared.stdout).toContain('Trading: halted -> active');
      expect(existsSync(killFilePath(home.dir))).toBe(false);
    }));

  it('works with a broken configuration: by its file, with what was not done, exit 21', () =>
    afterOneSession(async (home) => {
      home.configure('mode: nonsense\n');
      const killed = await run(['kill', '--flatten', '--confirm', 'KILL'], { cwd: home.dir });
      expect(killed.exit).toBe(21);
      expect(killed.stdout).toContain('Engaged by its file alone');
      expect(killed.stdout).toContain('NOT DONE: positions were not sold');
      expect(readKillFile(home.dir)).toMatchObject({ positions: 'flatten' });
    }));

  it('is engaged in the journal, and says so, where its file cannot say what it should', () =>
    afterOneSession(async (home) => {
      mkdirSync(killFilePath(home.dir), { recursive: true });
      const killed = await run(['kill', '--flatten', '--confirm', 'SIM-1'], { cwd: home.dir });
      expect(killed.exit).toBe(21);
      expect(killed.stdout).toContain('Engaged, by this command.');
      expect(killed.stdout).toContain('NOT DONE: the file of the kill switch was not written');
      expect(killed.stdout).toMatch(/to be sold, at work/);
      expect(readKillFile(home.dir)).toMatchObject({ via: 'file', positions: 'keep' });
      expect(await sourcesOf(home, 'risk')).toEqual(['halted', 'kill']);
    }));

  it('says that nothing stops entries where neither file nor process took it', () =>
    inHome(TABLE, async ({ dir }) => {
      // Nothing can be written below such a home.
      rmSync(join(dir, 'data'), { recursive: true, force: true });
      symlinkSync(join(dir, 'no such disk'), join(dir, 'data'));
      const killed = await run(['kill', '--confirm', 'SIM-1'], { cwd: dir });
      expect(killed.exit).toBe(21);
      expect(killed.stdout).toMatch(/^NOT ENGAGED: .*entries may go on/);
      expect(killed.stdout).toContain('NOT DONE: the file of the kill switch was not written');
    }));

  it('of the environment is shown, and is not lifted by resuming', () =>
    afterOneSession(async (home) => {
      const env = { TRADE_LABS_KILL_SWITCH: '1' };
      const { stdout } = await run(['risk'], { cwd: home.dir, env });
      expect(stdout).toMatch(/kill environment +halted .*unset TRADE_LABS_KILL_SWITCH/);
      const argv = ['resume', '--clear-kill', '--confirm', 'SIM-1'];
      const resumed = await run(argv, { cwd: home.dir, env });
      expect(resumed.stdout).toContain('There was nothing to lift.');
      expect(resumed.stdout).toContain('Trading: halted -> halted');
    }));
});

describe('risk', () => {
  it('shows what is used of each limit, as the book has it', () =>
    afterOneSession(async (home) => {
      const { data } = (await json(home, 'risk')) as {
        data: {
          equity: number;
          intensity: number;
          limits: { key: string; used: number; limit: number; share: number }[];
        };
      };
      const { data: held } = (await json(home, 'positions')) as {
        data: { positions: { quantity: number; mark: number }[] };
      };
      const value = held.positions.reduce((sum, { quantity, mark }) => sum + quantity * mark, 0);
      const of = (key: string) => data.limits.find((limit) => limit.key === key);
      expect(of('risk.maxGrossFraction')?.used).toBeCloseTo(value, 2);
      expect(of('risk.maxGrossFraction')?.limit).toBeCloseTo(data.equity, 2);
      expect(of('risk.maxPositions')).toMatchObject({ used: held.positions.length, limit: 10 });
      expect(of('risk.dailyLossFraction')?.used).toBe(0);
      for (const { used, limit, share } of data.limits) expect(share).toBe(used / limit);
      expect(data.intensity).toBe(0.625);
    }));

  it('needs a history', () =>
    inHome(TABLE, async ({ dir }) => {
      expect((await run(['risk'], { cwd: dir })).exit).toBe(2);
    }));
});

describe('the history of the configuration', () => {
  it('is kept, told, and put back after a look and a yes', () =>
    inHome(TABLE, async (home) => {
      const file = join(home.dir, 'config', 'trade-labs.yaml');
      await home.simulate('2026-03-04', '2026-03-04');
      const first = (await home.config()).hash;
      writeFileSync(file, `${TABLE}risk: { maxPositions: 3 }\n`);
      await home.simulate('2026-03-05', '2026-03-05');
      const told = await run(['config', 'history'], { cwd: home.dir });
      expect(told.stdout).toContain(`${first.slice(0, 8)} -> `);
      expect(told.stdout).toContain('start: risk.maxPositions');
      const dry = await run(['config', 'restore', first.slice(0, 8), '-n'], { cwd: home.dir });
      expect(dry.stdout).toContain('changes: risk.maxPositions');
      expect(readFileSync(file, 'utf8')).toContain('maxPositions');
      const back = await run(['config', 'restore', first.slice(0, 8), '--yes'], { cwd: home.dir });
      expect(back.exit).toBe(0);
      expect(readFileSync(file, 'utf8')).toBe(TABLE);
      expect((await home.config()).hash).toBe(first);
      const again = await run(['config', 'restore', first, '--yes'], { cwd: home.dir });
      expect(again.stdout).toContain('says the same already');
    }));

  it('knows no hash that was never in force', () =>
    inHome(TABLE, async ({ dir }) => {
      expect((await run(['config', 'restore', 'abcdef0'], { cwd: dir })).exit).toBe(2);
      expect((await run(['config', 'restore', 'a'], { cwd: dir })).exit).toBe(2);
    }));
});

describe('config show --live-ack', () => {
  it('prints account and hash, another one for other limits, and says when it is given', () =>
    inHome(TABLE, async (home) => {
      const ackOf = async (env: Record<string, string> = {}) => {
        const { stdout } = await run(['config', 'show', '--live-ack', '--json'], {
          cwd: home.dir,
          env,
        });
        return (JSON.parse(stdout) as { data: { ack: string; isGiven: boolean } }).data;
      };
      const { ack, isGiven } = await ackOf();
      expect(ack).toMatch(/^DU1234567:[0-9a-f]{16}$/);
      expect(isGiven).toBe(false);
      expect(await ackOf({ TRADE_LABS_LIVE_ACK: ack })).toMatchObject({ ack, isGiven: true });
      home.configure(`${TABLE}risk: { maxPositions: 11 }\n`);
      expect((await ackOf()).ack).not.toBe(ack);
      home.configure(`${TABLE}logs: { keepDays: 5 }\n`);
      expect((await ackOf()).ack).toBe(ack);
    }));
});
