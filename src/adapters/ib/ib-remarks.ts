import { DAY_MS, type EpochMs } from '../../domain/time.ts';

/** Something to know of orders or the account that changes nothing by itself. */
export interface IbRemark {
  readonly kind:
    | 'order_message'
    | 'preset_changed'
    | 'renamed_order'
    | 'duplicate_order'
    | 'other_client'
    | 'commission_currency'
    | 'unreadable'
    | 'read_only'
    | 'foreign_instrument';
  readonly message: string;
  /** The broker's code; null where it gave none. */
  readonly code: number | null;
  readonly orderRef: string | null;
}

const CALLING: ReadonlySet<IbRemark['kind']> = new Set([
  'preset_changed',
  'renamed_order',
  'duplicate_order',
  'other_client',
  'commission_currency',
  'read_only',
]);

/** True where a person should look at it. */
export const callsPerson = ({ kind }: IbRemark): boolean => CALLING.has(kind);

/** Remarks that are remembered at most. */
const MOST = 1_000;

/** Passes remarks on, the same one once a day: what an account holds is told again with every statement. */
export class Remarks {
  readonly #now: () => EpochMs;
  readonly #tell: (remark: IbRemark) => void;
  readonly #toldAt = new Map<string, EpochMs>();

  constructor(now: () => EpochMs, tell: (remark: IbRemark) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  add(remark: IbRemark): void {
    const now = this.#now();
    const { kind, message, orderRef } = remark;
    const key = `${kind} ${orderRef} ${message}`;
    const last = this.#toldAt.get(key);
    if (last !== undefined && now < last + DAY_MS) return;
    if (this.#toldAt.size >= MOST) this.#toldAt.clear();
    this.#toldAt.set(key, now);
    this.#tell(remark);
  }
}
