import {
  AdmitMember,
  ApproveWithdrawal,
  BidInAuction,
  CloseAccount,
  FixSettlementPrice,
  GrantTradingAuthority,
  IssueKey,
  ListAsset,
  ListFuture,
  ListInstrument,
  ListOption,
  MoveCollateral,
  ObserveOpenInterest,
  OpenAccount,
  OpenDomain,
  PublishFrame,
  PublishVolatilityFrame,
  Reconcile,
  RefuseWithdrawal,
  RegisterDestination,
  RequestWithdrawal,
  RevokeKey,
  RevokeTradingAuthority,
  ScheduleRound,
  ScheduleRoundAtPremium,
  SetAuctionRules,
  SetHouseParameters,
  SetInstrumentParameters,
  SetPortfolioParameters,
  SetRiskRules,
  SubmitTrade,
  SwitchBucket,
  Tick,
  TransferCollateral,
} from '@ringfence/contracts';
import { partitionOf, Print, type AccountId, type MemberId, type Role } from '@ringfence/kernel';
import { clearingOf, resource, type Resource, type RouteHints } from './resource.js';
import { SAGAS } from './saga.js';

const CLIENTS: readonly Role[] = ['venue', 'operator'];
const OPERATORS: readonly Role[] = ['operator'];
const SOURCES: readonly Role[] = ['operator', 'system'];

const BITS_32 = 0xffffffffn;

/** The same owner's accounts are opened on the same partition, however often it is asked. */
export function partitionOfOwner(member: MemberId, owner: string, partitions: number): number {
  const print = new Print().int(member).text(owner).value();
  return Number(print & BITS_32) % partitions;
}

const ofAccount = ({ account }: { readonly account: AccountId }): number => partitionOf(account);
const asNamed = (_: unknown, { partition }: RouteHints): number | undefined => partition;
const reference = { service: 'reference', roles: OPERATORS, route: () => 0 } as const;
const accounts = { service: 'accounts', roles: CLIENTS, route: ofAccount } as const;

/** Every order that the API takes. Routes, schemas, roles and batches all come from here. */
export const RESOURCES: readonly Resource[] = [
  resource('/v1/accounts', OpenAccount, {
    service: 'accounts',
    roles: CLIENTS,
    partition: 'operator',
    route: ({ member, owner }, { partition, partitions }) =>
      partition ?? partitionOfOwner(member, owner, partitions),
    summary: 'Open a segregated account; the answer names it',
  }),
  resource('/v1/account-closures', CloseAccount, {
    ...accounts,
    summary: 'Close an account that holds nothing',
  }),
  resource('/v1/trading-authorities', GrantTradingAuthority, {
    ...accounts,
    summary: 'Let a venue submit trades for an account',
  }),
  resource('/v1/trading-authority-revocations', RevokeTradingAuthority, {
    ...accounts,
    summary: 'Take that authority back',
  }),
  resource('/v1/destinations', RegisterDestination, {
    ...accounts,
    summary: 'Register where withdrawals of an account may go',
  }),
  resource('/v1/transfers', TransferCollateral, {
    ...accounts,
    route: ({ from }) => partitionOf(from),
    saga: SAGAS.transfer,
    summary: 'Move collateral from the excess of one account to that of another',
  }),
  resource('/v1/moves', MoveCollateral, {
    ...accounts,
    saga: SAGAS.move,
    summary: 'Move collateral between buckets of one account',
  }),
  resource('/v1/withdrawals', RequestWithdrawal, {
    ...accounts,
    saga: SAGAS.withdrawal,
    summary: 'Ask for collateral to leave the house',
  }),
  resource('/v1/withdrawal-approvals', ApproveWithdrawal, {
    service: 'custody',
    roles: ['approver'],
    partition: 'required',
    route: asNamed,
    summary: 'Approve a withdrawal; its number and partition are in the answer that reserved it',
  }),
  resource('/v1/withdrawal-refusals', RefuseWithdrawal, {
    service: 'custody',
    roles: ['approver', 'operator'],
    partition: 'required',
    route: asNamed,
    summary: 'Refuse a withdrawal; the reserved collateral goes back',
  }),
  resource('/v1/trades', SubmitTrade, {
    ...accounts,
    roles: ['venue'],
    route: ({ buyer }) => partitionOf(buyer),
    saga: SAGAS.trade,
    summary: 'Submit a trade between two accounts that authorised the venue',
  }),
  resource('/v1/auction-bids', BidInAuction, {
    service: 'liquidation',
    roles: ['venue'],
    route: ofAccount,
    summary: 'Bid, for an own account, for the position that a bucket in close-out auctions',
  }),
  resource('/v1/bucket-switches', SwitchBucket, {
    ...accounts,
    saga: SAGAS.switch,
    summary: 'Hold everything of a bucket as another kind of bucket: isolated, cross, portfolio',
  }),
  resource('/v1/members', AdmitMember, { ...reference, summary: 'Admit a clearing member' }),
  resource('/v1/keys', IssueKey, {
    ...reference,
    summary: 'Issue an API key; `print` is the SHA-256 of a secret that never leaves its maker',
  }),
  resource('/v1/key-revocations', RevokeKey, { ...reference, summary: 'Revoke an API key' }),
  resource('/v1/assets', ListAsset, { ...reference, summary: 'List an asset' }),
  resource('/v1/domains', OpenDomain, { ...reference, summary: 'Open a settlement domain' }),
  resource('/v1/instruments', ListInstrument, {
    ...reference,
    summary: 'List a linear perpetual future',
  }),
  resource('/v1/futures', ListFuture, { ...reference, summary: 'List a dated future' }),
  resource('/v1/options', ListOption, {
    ...reference,
    summary: 'List a European call or put, settled in cash',
  }),
  resource('/v1/portfolio-parameters', SetPortfolioParameters, {
    ...reference,
    summary: 'Set how a domain margins options and portfolios, from an instant on',
  }),
  resource('/v1/instrument-parameters', SetInstrumentParameters, {
    ...reference,
    summary: 'Set the margin parameters of an instrument',
  }),
  resource('/v1/risk-rules', SetRiskRules, {
    ...reference,
    summary: 'Set rules of an instrument beyond its parameters; null turns one off',
  }),
  resource('/v1/auction-rules', SetAuctionRules, {
    ...reference,
    summary: 'Set how positions that no liquidity wall takes are auctioned; null turns it off',
  }),
  resource('/v1/open-interest', ObserveOpenInterest, {
    ...reference,
    roles: SOURCES,
    summary: 'Report the open interest of an instrument, which may move its rate',
  }),
  resource('/v1/house-parameters', SetHouseParameters, {
    ...reference,
    summary: 'Set the windows and limits of the house',
  }),
  resource('/v1/frames', PublishFrame, {
    ...reference,
    roles: SOURCES,
    summary: 'Publish the prices of one instant',
  }),
  resource('/v1/volatility-frames', PublishVolatilityFrame, {
    ...reference,
    roles: SOURCES,
    summary: 'Publish prices and implied volatilities of one instant',
  }),
  resource('/v1/settlement-prices', FixSettlementPrice, {
    ...reference,
    roles: SOURCES,
    summary: 'Fix the price at which everything of one expiry ends',
  }),
  resource('/v1/ticks', Tick, { ...reference, roles: SOURCES, summary: 'Let time pass' }),
  resource('/v1/rounds', ScheduleRound, {
    service: 'liquidation',
    roles: OPERATORS,
    route: ({ domain }, hints) => clearingOf(domain, hints),
    summary: 'Schedule a settlement round of a domain, with funding rates',
  }),
  resource('/v1/rounds-at-premium', ScheduleRoundAtPremium, {
    service: 'liquidation',
    roles: OPERATORS,
    route: ({ domain }, hints) => clearingOf(domain, hints),
    summary: 'Schedule a settlement round, its funding calculated from premiums',
  }),
  resource('/v1/reconciliations', Reconcile, {
    service: 'custody',
    roles: OPERATORS,
    partition: 'required',
    route: asNamed,
    summary: 'Compare vaults with ledger and sweeps of one partition',
  }),
];
