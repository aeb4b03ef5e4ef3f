import { ask, type Said } from './http.js';
import type { OrderBook, Placed, Receipt } from './order-book.js';

/** Longer than a gateway holds a request whose lane is silent. */
const TIMEOUT_MS = 20_000;
const PAUSE_MS = 50;
/** Answers after which an order is sent again: nothing is known of it, or nothing was taken. */
const AGAIN = new Set(['lane-busy', 'lane-stalled', 'lane-stopped', 'outcome-unknown']);
/** The gateway itself could not do its work now. */
const AGAIN_STATUS = new Set([500, 502, 503, 504, 429]);
/** A gateway that has just started does not know the keys yet. */
const NOT_AUTHENTICATED = 401;
export const BLOCKS = '/v1/simulated-chain/blocks';

interface Result {
  readonly status: string;
  readonly receipt?: Receipt;
  readonly problem?: { readonly code: string; readonly detail?: string };
  readonly code?: string;
}
interface Block {
  readonly partition: number;
  readonly status: string;
  readonly seq?: number;
}

/**
 * Brings orders to a house that may be dying and does not rest before each is answered: what is not
 * acknowledged is sent again under its id, or asked for by it.
 */
export class Courier {
  constructor(
    readonly book: OrderBook,
    /** where the API is now */
    readonly url: () => string,
    /** orders that no answer will come for, when the run is given up */
    readonly isOver: () => boolean,
  ) {}

  /** Orders of one path and key. Resolves when all are answered or the run is given up. */
  async bring(orders: readonly Placed[]): Promise<void> {
    for (let open = orders; open.length > 0 && !this.isOver(); open = stillOpen(open)) {
      const [{ order, attempts }] = open;
      const isAsked = attempts % 2 === 1 && order.path !== BLOCKS;
      for (const placed of open) placed.attempts++;
      if (!isAsked) await this.#send(open);
      else for (const placed of open) await this.#askFor(placed);
      if (stillOpen(open).length > 0) await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
  }

  async #send(open: readonly Placed[]): Promise<void> {
    const [{ order }] = open;
    const bodies = open.map((placed) => placed.order.body);
    const isBlock = order.path === BLOCKS;
    const body = isBlock ? bodies[0] : bodies;
    const asked = { url: this.url() + order.path, secret: order.secret, body };
    const said = await ask({ ...asked, timeoutMs: TIMEOUT_MS });
    if (!this.#isHeard(said, open)) return;
    if (isBlock) this.#hearBlocks(open[0], said.body as { blocks: Block[] });
    else {
      const { results } = said.body as { results: Result[] };
      for (const [i, placed] of open.entries()) this.#hear(placed, results[i]);
    }
  }

  async #askFor(placed: Placed): Promise<void> {
    const { id, secret } = placed.order;
    const url = `${this.url()}/v1/commands/${id}`;
    const said = await ask({ url, secret, timeoutMs: TIMEOUT_MS });
    // not found: it never reached its lane, and is sent again
    if (said.kind === 'said' && said.status === 404) return;
    if (this.#isHeard(said, [placed])) this.#hear(placed, said.body as Result);
  }

  /** An answer that tells of each order; anything else is noted. */
  #isHeard(said: Said, open: readonly Placed[]): said is Said & { kind: 'said' } {
    if (said.kind === 'broken') {
      for (const placed of open) placed.broken++;
      return false;
    }
    const { status, body } = said;
    if (status < 300) return true;
    if (AGAIN_STATUS.has(status) || status === NOT_AUTHENTICATED) {
      for (const placed of open) placed.unknown++;
      return false;
    }
    for (const placed of open) this.book.refuse(placed, `${status} ${JSON.stringify(body)}`);
    return false;
  }

  #hear(placed: Placed, { receipt, problem, status }: Result): void {
    if (receipt) this.book.answer(placed, [receipt]);
    else if (status === 'pending' || AGAIN.has(problem?.code ?? '')) placed.unknown++;
    else this.book.refuse(placed, `${status} ${JSON.stringify(problem)}`);
  }

  #hearBlocks(placed: Placed, { blocks }: { readonly blocks: readonly Block[] }): void {
    const receipts = blocks.map(({ partition, seq = 0 }) => {
      return { service: 'custody', partition, seq };
    });
    const isMined = blocks.length > 0 && blocks.every(({ status }) => status === 'accepted');
    if (isMined) this.book.answer(placed, receipts);
    else placed.unknown++;
  }
}

const stillOpen = (orders: readonly Placed[]): Placed[] =>
  orders.filter(({ receipts }) => receipts.length === 0);
