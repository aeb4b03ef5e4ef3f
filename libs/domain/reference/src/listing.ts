import type { CommandOf, Event, Order } from '@ringfence/contracts';
import { accept, reject, type AssetId, type Decision, type DomainId } from '@ringfence/kernel';
import type { InstrumentId } from '@ringfence/kernel';
import { PPM, assetKey, parseAssetType } from '@ringfence/money';
import { refuseUnlessOperator } from './permission.js';
import { nextNumber, type ReferenceState } from './state.js';
import { contractSize } from './contract-size.js';

/** No colon and no slash, so that a symbol is never taken for a CAIP-19 id. */
export const SYMBOL = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** Most decimals of an asset: those of the EVM's own coins. */
const ASSET_SCALE_MAX = 18;

/**
 * Lists an asset by its CAIP-19 id. The instrument that prices it may be listed later: it is looked
 * up by its symbol whenever a value is needed.
 *
 * @returns `AssetListed`; or `role-not-allowed`, `caip-malformed`, `caip-taken`,
 *          `symbol-malformed`, `symbol-taken`, `scale-out-of-range`, `haircut-out-of-range`,
 *          `priced-by-dated` (what expires prices nothing that stays)
 * @source CAIP-19
 */
export function listAsset(
  command: CommandOf<'ListAsset'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const { caip, symbol, scale, haircutPpm, confirmations, pricedBy } = command;
  const assetType = parseAssetType(caip);
  if (!assetType) return reject('caip-malformed', { caip });
  if (state.caips.has(assetKey(assetType))) return reject('caip-taken', { caip });
  if (!SYMBOL.test(symbol)) return reject('symbol-malformed', { field: 'symbol' });
  if (state.assetSymbols.has(symbol)) return reject('symbol-taken', { symbol });
  if (scale > ASSET_SCALE_MAX) return reject('scale-out-of-range', { max: ASSET_SCALE_MAX });
  if (haircutPpm >= PPM) return reject('haircut-out-of-range', { below: PPM });
  if (pricedBy !== '' && !SYMBOL.test(pricedBy)) {
    return reject('symbol-malformed', { field: 'pricedBy' });
  }
  const pricing = state.symbols.get(pricedBy);
  if (pricing !== undefined && state.terms.has(pricing)) {
    return reject('priced-by-dated', { pricedBy });
  }
  const asset = nextNumber(state.assets) as AssetId;
  const listed = { asset, caip, symbol, scale, haircutPpm, confirmations, pricedBy };
  return accept<Event>({ type: 'AssetListed', ...listed });
}

/**
 * Opens a domain: instruments that will be settled and mutualised together in one asset.
 *
 * @returns `DomainOpened`; or `role-not-allowed`, `name-missing`, `asset-unknown`,
 *          `settlement-asset-priced` (an asset with a price of its own is collateral)
 */
export function openDomain(
  command: CommandOf<'OpenDomain'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const { name, settlement } = command;
  if (name.trim() === '') return reject('name-missing');
  const asset = state.assets.get(settlement);
  if (!asset) return reject('asset-unknown', { asset: settlement });
  if (asset.pricedBy !== '') {
    return reject('settlement-asset-priced', { pricedBy: asset.pricedBy });
  }
  const domain = nextNumber(state.domains) as DomainId;
  return accept<Event>({ type: 'DomainOpened', domain, name, settlement });
}

/**
 * Lists a linear perpetual future, if every value in it is a whole number of settlement units.
 *
 * @returns `InstrumentListed`; or `role-not-allowed`, `symbol-malformed`, `symbol-taken`,
 *          `domain-unknown`, `multiplier-out-of-range`, `step-malformed`, `not-a-whole-unit`,
 *          `unit-too-large` (each names its field)
 * @source DESIGN 6.3: tick × lot × multiplier is a whole number of asset units
 */
export function listInstrument(
  command: CommandOf<'ListInstrument'>,
  state: ReferenceState,
  order: Order,
): Decision<Event> {
  const refused = refuseUnlessOperator(order);
  if (refused) return refused;
  const { symbol, domain, tick, lot, multiplier } = command;
  if (!SYMBOL.test(symbol)) return reject('symbol-malformed', { field: 'symbol' });
  if (state.symbols.has(symbol)) return reject('symbol-taken', { symbol });
  const settlement = state.domains.get(domain)?.settlement;
  const scale = settlement === undefined ? undefined : state.assets.get(settlement)?.scale;
  if (settlement === undefined || scale === undefined) return reject('domain-unknown', { domain });
  const size = contractSize({ tick, lot, multiplier, scale });
  if ('code' in size) return reject(size.code, { field: size.field });
  const instrument = nextNumber(state.instruments) as InstrumentId;
  return accept<Event>({
    type: 'InstrumentListed',
    instrument,
    symbol,
    domain,
    settlement,
    ...size,
  });
}
