import {
  accountText,
  bucketText,
  type AccountId,
  type AssetId,
  type BucketId,
  type InstrumentId,
} from '@ringfence/kernel';
import { bucketKind, bucketNumber, type DomainId } from '@ringfence/kernel';
import { formatUnits } from '@ringfence/money';
import type { Row } from '../read-store/row.entity.js';
import type { ReferenceNames } from './names.js';
import type { Shown } from './read-route.js';

type Cell = Row[string];
const big = (cell: Cell): bigint => BigInt(String(cell ?? 0));

export const shownAccount = (cell: Cell): string => accountText(Number(cell) as AccountId);
export const shownBucket = (cell: Cell): string => bucketText(Number(cell) as BucketId);

/** Smallest units as a decimal text of the asset's places. */
export function shownAmount(names: ReferenceNames, asset: AssetId, cell: Cell): string {
  return formatUnits(big(cell), names.assets.get(asset)?.scale ?? 0);
}
export const shownAsset = (names: ReferenceNames, asset: AssetId): string =>
  names.assets.get(asset)?.symbol ?? String(asset);
export const shownInstrument = (names: ReferenceNames, id: InstrumentId): string =>
  names.instruments.get(id)?.symbol ?? String(id);

/** The asset that a margin bucket settles in; undefined for `excess`. */
export function settlementOf(names: ReferenceNames, cell: Cell): AssetId | undefined {
  const bucket = Number(cell) as BucketId;
  const number = bucketNumber(bucket);
  const kind = bucketKind(bucket);
  if (kind === 'cross' || kind === 'portfolio')
    return names.domains.get(number as DomainId)?.settlement;
  return names.instruments.get(number as InstrumentId)?.settlement;
}

/** Lots and ticks as decimal texts of the instrument. */
export function shownLots(names: ReferenceNames, id: InstrumentId, cell: Cell): string {
  const listed = names.instruments.get(id);
  return formatUnits(big(cell) * BigInt(listed?.lotSteps ?? 1), listed?.lotScale ?? 0);
}
export function shownPrice(names: ReferenceNames, id: InstrumentId, cell: Cell): string {
  const listed = names.instruments.get(id);
  return formatUnits(big(cell) * BigInt(listed?.tickSteps ?? 1), listed?.tickScale ?? 0);
}

const PPM_DECIMALS = 6;
/** Parts per million as a decimal fraction: 0.65 of 650,000. */
export const shownPart = (ppm: number): string => formatUnits(BigInt(ppm), PPM_DECIMALS);

export function balanceShown(names: ReferenceNames, row: Row): Shown {
  const asset = Number(row['asset']) as AssetId;
  return {
    account: shownAccount(row['account']),
    bucket: shownBucket(row['bucket']),
    asset: shownAsset(names, asset),
    available: shownAmount(names, asset, row['available']),
    reserved: shownAmount(names, asset, row['reserved']),
  };
}
export function bucketShown(names: ReferenceNames, row: Row): Shown {
  const asset = settlementOf(names, row['bucket']) ?? (0 as AssetId);
  return {
    account: shownAccount(row['account']),
    bucket: shownBucket(row['bucket']),
    asset: shownAsset(names, asset),
    due: shownAmount(names, asset, row['due']),
    claim: shownAmount(names, asset, row['claim']),
    debt: shownAmount(names, asset, row['debt']),
  };
}
export function positionShown(names: ReferenceNames, row: Row): Shown {
  const instrument = Number(row['instrument']) as InstrumentId;
  const settlement = names.instruments.get(instrument)?.settlement ?? (0 as AssetId);
  return {
    account: shownAccount(row['account']),
    bucket: shownBucket(row['bucket']),
    instrument: shownInstrument(names, instrument),
    lots: shownLots(names, instrument, row['lots']),
    cost: shownAmount(names, settlement, row['cost']),
  };
}
