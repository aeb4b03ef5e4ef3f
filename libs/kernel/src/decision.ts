/** Why a command was not done: a stable code, and the facts that a person needs to mend it. */
export interface Rejection {
  readonly code: string;
  readonly detail: Readonly<Record<string, string>>;
}
/** The answer of a decider: the facts that happened, or one reason why nothing did. */
export type Decision<E> =
  | { readonly accepted: true; readonly events: readonly E[] }
  | { readonly accepted: false; readonly rejection: Rejection };

export const accept = <E>(...events: E[]): Decision<E> => ({ accepted: true, events });

type DetailValue = string | number | bigint;
/** Refuses with a kebab-case reason; `detail` names fields, limits and what is available. */
export function reject(code: string, detail: Record<string, DetailValue> = {}): Decision<never> {
  const text: Record<string, string> = {};
  for (const key of Object.keys(detail)) text[key] = String(detail[key]);
  return { accepted: false, rejection: { code, detail: text } };
}
