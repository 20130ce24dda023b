import { HORIZON, instantOf } from '../../calendar/nyse.ts';
import { type Micros, microsFromFloat } from '../../domain/money.ts';
import { type EpochMs, epochMs, type SessionDate } from '../../domain/time.ts';

/** An amount with any number of decimals and commas between thousands, to a millionth; null for no number. */
export function amountOf(text: string): Micros | null {
  const plain = text.replaceAll(',', '');
  const value = Number(plain);
  return plain.trim() === '' || !Number.isFinite(value) ? null : microsFromFloat(value, 'halfEven');
}

/** "10:30:00" or "103000" behind a date, with a zone or without one; other zones than New York's are not read. */
const TIME =
  /^[\s,;T]*([01]\d|2[0-3]):?([0-5]\d):?([0-5]\d)\s*(E[SD]T|US\/Eastern|America\/New_York)?$/;

/** The instant of a time behind its date, on New York's clock; nothing where none is printed. */
export function filledAtOf(date: SessionDate, text: string): { readonly filledAt?: EpochMs } {
  const [, hours, minutes, seconds] = TIME.exec(text.trim()) ?? [];
  if (hours === undefined || date < HORIZON.from || date > HORIZON.to) return {};
  const whole = instantOf(date, Number(hours) * 60 + Number(minutes));
  return { filledAt: epochMs(whole + Number(seconds) * 1000) };
}
