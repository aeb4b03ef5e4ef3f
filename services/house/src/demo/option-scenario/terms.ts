/** The coins whose options the extract has. */
export const COINS = ['BTC', 'ETH'] as const;
export type Coin = (typeof COINS)[number];

/** A dated future as the venue names it: `BTC-13FEB26`. */
export interface FutureTerms {
  readonly symbol: string;
  readonly coin: Coin;
  /** ms UTC */
  readonly expiry: number;
}
/** A European option on the dated future of its expiry: `BTC-13FEB26-60000-C`. */
export interface OptionTerms extends FutureTerms {
  /** the dated future */
  readonly underlying: string;
  /** USD per coin */
  readonly strike: number;
  readonly right: 'call' | 'put';
}

export const perpetualOf = (coin: Coin): string => `${coin}-PERP`;
