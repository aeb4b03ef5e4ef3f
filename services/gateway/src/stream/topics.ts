import { accountText, parseAccount, type AccountId, type Role } from '@ringfence/kernel';
import { ANYONE, OVERSEERS, wrongField } from '../api/read-route.js';

/** Topics of one stream, at most. */
export const TOPICS_MAX = 16;

/** Topics that one name stands for, and who may read them. */
const PLAIN: Readonly<Record<PlainName, ReadonlySet<Role>>> = {
  prices: ANYONE,
  rounds: ANYONE,
  // who may bid must hear what is offered: of a bucket in trouble that, and nothing else
  auctions: ANYONE,
  calls: OVERSEERS,
};
const ACCOUNT = 'account:';

type PlainName = 'prices' | 'rounds' | 'auctions' | 'calls';
const isPlain = (name: string): name is PlainName => Object.hasOwn(PLAIN, name);

/** What a caller wants to hear. */
export type Topic =
  | { readonly kind: 'plain'; readonly name: PlainName }
  | { readonly kind: 'account'; readonly account: AccountId };

export const accountTopic = (account: AccountId): string => `${ACCOUNT}${accountText(account)}`;
export const topicText = (topic: Topic): string =>
  topic.kind === 'plain' ? topic.name : accountTopic(topic.account);

/** Whether a role may hear a topic; whose account it is is another question. */
export const mayHear = (role: Role, topic: Topic): boolean =>
  topic.kind === 'account' || PLAIN[topic.name].has(role);

/** @throws Refused `invalid-request` naming the field `topics` */
export function parseTopics(text: string | undefined): readonly Topic[] {
  const names = [...new Set((text ?? '').split(',').filter((name) => name !== ''))];
  if (names.length === 0 || names.length > TOPICS_MAX) {
    throw wrongField('topics', `must name 1 to ${TOPICS_MAX} topics`, 'out-of-range');
  }
  return names.map(parseTopic);
}

function parseTopic(name: string): Topic {
  if (isPlain(name)) return { kind: 'plain', name };
  const account = name.startsWith(ACCOUNT) ? parseAccount(name.slice(ACCOUNT.length)) : undefined;
  if (account !== undefined) return { kind: 'account', account };
  const rule = 'must be of "prices", "rounds", "auctions", "calls" and "account:" with an account';
  throw wrongField('topics', rule, 'unknown-topic');
}
