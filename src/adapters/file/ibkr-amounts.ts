import { type Micros, microsFromFloat } from '../../domain/money.ts';

/** An amount with any number of decimals and commas between thousands, to a millionth; null for no number. */
export function amountOf(text: string): Micros | null {
  const plain = text.replaceAll(',', '');
  const value = Number(plain);
  return plain.trim() === '' || !Number.isFinite(value) ? null : microsFromFloat(value, 'halfEven');
}
