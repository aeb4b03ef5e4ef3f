import type { Event, EventOf } from '@ringfence/contracts';
import { accountText } from '@ringfence/kernel';

type Fact<Name extends Event['type']> = (event: EventOf<Name>) => string;

/**
 * What a sender must know of the events of its order: numbers that the house gave, and what was
 * held back.
 */
const FACTS: { readonly [Name in Event['type']]?: Fact<Name> } = {
  AccountOpened: ({ account }) => `"account":"${accountText(account)}"`,
  TransferReserved: ({ reservation }) => `"reservation":${reservation}`,
  MoveReserved: ({ reservation }) => `"reservation":${reservation}`,
  WithdrawalReserved: ({ reservation }) => `"withdrawal":${reservation}`,
  LegReserved: ({ reservation }) => `"reservation":${reservation}`,
  SwitchReserved: ({ reservation }) => `"reservation":${reservation}`,
  WithdrawalApproved: ({ approvals, needed }) => `"approvals":${approvals},"needed":${needed}`,
  MemberAdmitted: ({ member }) => `"member":${member}`,
  KeyIssued: ({ key }) => `"key":${key}`,
  AssetListed: ({ asset }) => `"asset":${asset}`,
  DomainOpened: ({ domain }) => `"domain":${domain}`,
  InstrumentListed: ({ instrument, unit }) => `"instrument":${instrument},"unit":"${unit}"`,
  FutureListed: ({ instrument, unit }) => `"instrument":${instrument},"unit":"${unit}"`,
  OptionListed: ({ instrument, unit }) => `"instrument":${instrument},"unit":"${unit}"`,
  PortfolioParametersSet: ({ version }) => `"version":${version}`,
  InstrumentParametersSet: ({ version }) => `"version":${version}`,
  HouseParametersSet: ({ version }) => `"version":${version}`,
  FrameAccepted: ({ frame }) => `"frame":${frame}`,
  Ticked: ({ tick, outageMs }) => `"tick":${tick},"outageMs":${outageMs}`,
  Reconciled: ({ vaults, breaks }) => `"vaults":${vaults},"breaks":${breaks}`,
};
const TABLE = FACTS as Readonly<Record<string, ((event: Event) => string) | undefined>>;

/** Members of a JSON object, without its braces; empty when there is nothing to say. */
export function factsOf(events: readonly Event[]): string {
  let text = '';
  let held = '';
  for (const event of events) {
    if (event.type === 'PriceHeld') held += `${held === '' ? '' : ','}${heldJson(event)}`;
    const fact = TABLE[event.type]?.(event);
    if (fact !== undefined) text += text === '' ? fact : `,${fact}`;
  }
  if (held === '') return text;
  return `${text}${text === '' ? '' : ','}"held":[${held}]`;
}

/** A price off its band, in ticks. */
const heldJson = ({ instrument, price, last, bandPpm }: EventOf<'PriceHeld'>): string =>
  JSON.stringify({ instrument, price, last, bandPpm });
