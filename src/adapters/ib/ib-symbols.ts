import { parseSymbol, type Symbol } from '../../domain/market.ts';

/** How the broker writes a symbol: a class of shares comes after a blank, "BRK B" for BRK.B. */
export const ibSymbolOf = (symbol: Symbol): string => symbol.replace(/[.\-/]/, ' ');

/** The symbol that the broker means; null for what is none of a US listing. */
export const symbolOfIb = (text: string): Symbol | null => parseSymbol(text.replace(' ', '.'));
