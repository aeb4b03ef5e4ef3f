import { invariant, type AssetId } from '@ringfence/kernel';
import { divide, type Rounding } from './division.js';
import { share, type Ppm } from './ppm.js';
import { formatUnits, parseUnits, type UnitsProblem } from './units.js';

/** What is needed to calculate in an asset and to show it. */
export interface Asset {
  readonly id: AssetId;
  /** short name for people, such as `USDC`; not unique, never an identifier */
  readonly code: string;
  /** decimal places of one coin, 0 to 36 */
  readonly scale: number;
}

/**
 * An amount of one asset, for calculation and show; state, events and comparisons in the fold use
 * the bare smallest units. Immutable. Two assets never meet: that is a bug, not a rate of 1.
 */
export class Money {
  readonly asset: Asset;
  /** signed smallest units */
  readonly units: bigint;

  private constructor(asset: Asset, units: bigint) {
    this.asset = asset;
    this.units = units;
    Object.freeze(this);
  }

  static of(asset: Asset, units: bigint): Money {
    return new Money(asset, units);
  }
  static zero(asset: Asset): Money {
    return new Money(asset, 0n);
  }
  /** @returns the amount, or why the text is none; never rounds */
  static parse(asset: Asset, text: string): Money | UnitsProblem {
    const units = parseUnits(text, asset.scale);
    return typeof units === 'bigint' ? new Money(asset, units) : units;
  }

  /** @throws InvariantViolation when the assets differ */
  plus(other: Money): Money {
    return new Money(this.asset, this.units + this.#unitsOf(other));
  }
  /** @throws InvariantViolation when the assets differ */
  minus(other: Money): Money {
    return new Money(this.asset, this.units - this.#unitsOf(other));
  }
  negated(): Money {
    return new Money(this.asset, -this.units);
  }
  /** The part that a rate asks for, under a rounding that the caller must name. */
  share(ppm: Ppm, rounding: Rounding): Money {
    return new Money(this.asset, share(this.units, ppm, rounding));
  }
  /** @throws InvariantViolation when the divisor is 0 */
  dividedBy(divisor: bigint, rounding: Rounding): Money {
    return new Money(this.asset, divide(this.units, divisor, rounding));
  }

  /**
   * @returns below 0 when this is less, 0 when equal, above 0 when more
   * @throws InvariantViolation when the assets differ
   */
  compare(other: Money): -1 | 0 | 1 {
    const units = this.#unitsOf(other);
    if (this.units === units) return 0;
    return this.units < units ? -1 : 1;
  }
  /** Same asset and same amount; false, not a bug, for another asset. */
  equals(other: Money): boolean {
    return this.asset.id === other.asset.id && this.units === other.units;
  }
  isNegative(): boolean {
    return this.units < 0n;
  }

  /** The decimal text of the wire: every place of the asset, no code. */
  text(): string {
    return formatUnits(this.units, this.asset.scale);
  }
  /** For people: `12.50 USDC`. */
  toString(): string {
    return `${this.text()} ${this.asset.code}`;
  }

  #unitsOf(other: Money): bigint {
    invariant(this.asset.id === other.asset.id, 'amounts of one asset only');
    return other.units;
  }
}
