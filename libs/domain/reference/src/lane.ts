import type { Decide, CommandOf, LaneDefinition, ReferenceCommand } from '@ringfence/contracts';
import { invariant } from '@ringfence/kernel';
import { referenceDigest } from './digest.js';
import { evolve } from './evolve.js';
import { fixSettlementPrice, listFuture, listOption } from './dated.js';
import { publishFrame, publishVolatilityFrame, tick } from './frames.js';
import { listAsset, listInstrument, openDomain } from './listing.js';
import { admitMember, issueKey, revokeKey } from './members.js';
import { setHouseParameters, setInstrumentParameters } from './parameters.js';
import { setAuctionRules } from './auction-rules.js';
import { observeOpenInterest, setRiskRules } from './risk-rules.js';
import { setPortfolioParameters } from './portfolio-parameters.js';
import { openRound } from './rounds.js';
import { initialReference, type ReferenceState } from './state.js';

type Deciders = {
  readonly [Name in ReferenceCommand['type']]: Decide<CommandOf<Name>, ReferenceState>;
};

/**
 * What the whole house must see in one order: members, keys, assets, instruments, parameters, price
 * frames, rounds and time. One partition; every other lane reads its log.
 */
export const referenceLane: LaneDefinition<ReferenceState> = {
  service: 'reference',
  foldVersion: 3,
  initial(partition) {
    invariant(partition === 0, 'the reference lane has one partition');
    return initialReference();
  },
  deciders: {
    AdmitMember: admitMember,
    IssueKey: issueKey,
    RevokeKey: revokeKey,
    ListAsset: listAsset,
    OpenDomain: openDomain,
    ListInstrument: listInstrument,
    SetInstrumentParameters: setInstrumentParameters,
    SetHouseParameters: setHouseParameters,
    PublishFrame: publishFrame,
    Tick: tick,
    RoundRequest: openRound,
    SetRiskRules: setRiskRules,
    ObserveOpenInterest: observeOpenInterest,
    ListFuture: listFuture,
    ListOption: listOption,
    PublishVolatilityFrame: publishVolatilityFrame,
    FixSettlementPrice: fixSettlementPrice,
    SetPortfolioParameters: setPortfolioParameters,
    SetAuctionRules: setAuctionRules,
  } satisfies Deciders,
  evolve,
  views: {},
  reactions: {},
  next: () => null,
  digest: referenceDigest,
  // stale prices are mended by newer ones, and a lost key must stop working in any queue
  reducing: new Set([
    'PublishFrame',
    'PublishVolatilityFrame',
    'FixSettlementPrice',
    'Tick',
    'RevokeKey',
  ] as const),
};
