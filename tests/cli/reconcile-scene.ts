import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './fake-world.ts';

/** Where the homes of a file of tests are. */
export const dir = mkdtempSync(join(tmpdir(), 'reconcile-home-'));
const demo = join(dir, 'demo');

/** A copy of the demo's home, its simulated account changed behind the journal's back. */
export function homeWith(change: (account: Account) => void): string {
  const home = mkdtempSync(join(dir, 'home-'));
  cpSync(demo, home, { recursive: true });
  const file = join(home, 'data', 'state', 'sim-account.json');
  const state = JSON.parse(readFileSync(file, 'utf8'));
  change(state.account);
  writeFileSync(file, JSON.stringify(state));
  return home;
}

/** Of the simulated account's file, what the tests change. */
export interface Account {
  cash: number;
  desks: Desk[];
  working: { order: { orderRef: string; symbol: string; leg: string } }[];
  fills: object[];
}

export interface Desk {
  symbol: string;
  quantity: number;
  cost: number;
}

/** Runs a command in a home. */
export const at = (home: string, ...argv: string[]) => run([...argv, '--home', home], { cwd: dir });
/** A home whose broker has other shares of the first symbol, and other cash. */
export const spoilt = (shares = -10, cash = -12.34) =>
  homeWith((account) => {
    const desk = account.desks[0] as Desk;
    account.cash = Math.round((account.cash + cash) * 1e6) / 1e6;
    desk.quantity += shares;
  });

/** Plays the demo whose home the others are copies of; the first symbol that it holds. */
export async function playDemo(): Promise<string> {
  await run(['demo', '--dir', 'demo'], { cwd: dir });
  const state = JSON.parse(readFileSync(join(demo, 'data', 'state', 'sim-account.json'), 'utf8'));
  return state.account.desks[0].symbol;
}
