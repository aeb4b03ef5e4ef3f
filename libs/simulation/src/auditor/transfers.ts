import type { EventOf } from '@ringfence/contracts';
import type { Owner } from './book.js';
import type { House } from './house.js';
import type { Check, Handlers, Place } from './record.js';
import { placeText, text } from './record.js';

interface Transfer {
  readonly reserved: EventOf<'TransferReserved'>;
  readonly partition: number;
  status: 'reserved' | 'accepted' | 'refused' | 'settled' | 'returned';
}

/**
 * Proves guarantee 2 and 4 of transfers: each ends once, at both ends with the same accounts, asset
 * and amount (what is credited was charged); and money of a client reaches only the same client,
 * money of a settlement account only another settlement account, in a round.
 */
export class Transfers implements Check {
  readonly #transfers = new Map<string, Transfer>();
  #open = 0;

  constructor(readonly house: House) {}

  readonly on: Handlers = {
    TransferReserved: (event, at) => {
      const key = `${at.partition}/${event.reservation}`;
      this.#expect(!this.#transfers.has(key), 'reservation-is-new', event, at);
      this.#transfers.set(key, { reserved: event, partition: at.partition, status: 'reserved' });
      this.#open++;
    },
    TransferAccepted: (event, at) => {
      const transfer = this.#move(event.partition, event.reservation, ['reserved', 'accepted'], at);
      if (!transfer) return;
      const { reserved } = transfer;
      this.#expect(sameMoney(reserved, event), 'credited-is-charged', { reserved, event }, at);
      this.#checkRoute(event, at);
    },
    TransferRefused: (event, at) =>
      void this.#move(event.partition, event.reservation, ['reserved', 'refused'], at),
    TransferSettled: (event, at) => {
      const transfer = this.#move(at.partition, event.reservation, ['accepted', 'settled'], at);
      if (!transfer) return;
      const { reserved } = transfer;
      this.#expect(sameMoney(reserved, event), 'credited-is-charged', { reserved, event }, at);
      this.#open--;
    },
    TransferReturned: (event, at) => {
      const transfer = this.#move(at.partition, event.reservation, ['refused', 'returned'], at);
      if (!transfer) return;
      const { reserved } = transfer;
      const holds =
        reserved.from === event.from &&
        reserved.asset === event.asset &&
        reserved.amount === event.amount;
      this.#expect(holds, 'credited-is-charged', { reserved, event }, at);
      this.#open--;
    },
  };

  #expect(holds: boolean, rule: string, detail: unknown, at: Place): void {
    this.house.findings.expect(holds, 4, rule, () => `${placeText(at)} ${text(detail)}`);
  }
  #move(
    partition: number,
    reservation: number,
    [from, to]: readonly [Transfer['status'], Transfer['status']],
    at: Place,
  ): Transfer | undefined {
    const transfer = this.#transfers.get(`${partition}/${reservation}`);
    const name = `transfer ${partition}/${reservation} is ${transfer?.status}, becomes ${to}`;
    this.#expect(transfer?.status === from, 'transfer-ends-once', name, at);
    if (transfer) transfer.status = to;
    return transfer;
  }
  #checkRoute(event: EventOf<'TransferAccepted'>, at: Place): void {
    const from = this.house.owner(event.from);
    const to = this.house.owner(event.to);
    const holds =
      from !== undefined && to !== undefined && to.open && isRoute(from, to, event.round);
    this.house.findings.expect(holds, 2, 'allowed-route', () => `${placeText(at)} ${text(event)}`);
  }

  checkQuiet(): void {
    const open = `${this.#open} transfers`;
    this.house.findings.expect(this.#open === 0, 4, 'transfers-ended', () => open);
  }
}

type Money = Pick<EventOf<'TransferSettled'>, 'from' | 'to' | 'asset' | 'amount'>;
const sameMoney = (a: Money, b: Money): boolean =>
  a.from === b.from && a.to === b.to && a.asset === b.asset && a.amount === b.amount;

/** Whose money may go to whom. */
function isRoute(from: Owner, to: Owner, round: number): boolean {
  const settles = from.class === 'settlement' || to.class === 'settlement';
  if (settles || round > 0)
    return from.class === to.class && from.class === 'settlement' && round > 0;
  if (to.class === 'fees' || to.class === 'unattributed') return false;
  const isSameOwner = from.member === to.member && from.owner === to.owner;
  if (from.class === 'client-individual') return to.class === 'client-individual' && isSameOwner;
  const toClient = to.class === 'client-individual';
  return toClient || isSameOwner || (from.member === 0 && to.member === 0);
}
