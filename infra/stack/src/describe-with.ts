import type { Addresses } from './addresses.js';
import type { SharedStackOffer } from './shared-stack.js';
import type { Part } from './stack-error.js';

/** Longer than the slowest start, so that the server's own error is the one that is seen. */
const START_DEADLINE_MS = 180_000;

/**
 * A `describe` for specs that meet real servers of the run's shared stack, started when the first
 * spec asks for them. The stack is shared: a spec takes topics, databases and key prefixes of its
 * own (`uniqueName`, `freshDatabase`) and kills nothing.
 *
 * When a part cannot be had the block is skipped under a name that says why; where `RINGFENCE_CI`
 * is 1, it fails instead.
 *
 * @param parts  what the body needs; only these are in `addresses`
 */
export function describeWith<P extends Part>(
  parts: readonly P[],
  title: string,
  body: (addresses: Pick<Addresses, P>) => void,
): void {
  const offer = offered();
  describeOr(lack(parts, offer), title, () => {
    beforeAll(() => Promise.all(parts.map((part) => ready(part, offer))), START_DEADLINE_MS);
    body(offer?.addresses as Pick<Addresses, P>);
  });
}

/** The same for specs that start, and kill, a stack of their own: nothing is started for them. */
export function describeIfFound(parts: readonly Part[], title: string, body: () => void): void {
  describeOr(lack(parts, offered()), title, body);
}

function describeOr(why: string, title: string, body: () => void): void {
  const fate = fateOf(why, process.env.RINGFENCE_CI === '1');
  if (fate.kind === 'run') {
    describe(title, body);
  } else if (fate.kind === 'fail') {
    describe(title, () => {
      it('has what it needs', () => {
        throw new Error(fate.message);
      });
    });
  } else {
    describe.skip(`${title} (${fate.note})`, () => it('needs real servers', () => undefined));
  }
}

type Fate = { kind: 'run' } | { kind: 'skip'; note: string } | { kind: 'fail'; message: string };

/** What becomes of a block that lacks something, an empty sentence for nothing. */
export function fateOf(why: string, isCi: boolean): Fate {
  if (why === '') return { kind: 'run' };
  if (isCi) return { kind: 'fail', message: `in CI nothing is skipped, and this lacks ${why}` };
  return { kind: 'skip', note: `skipped for want of ${why}` };
}

/** What a block lacks and why, by name; empty when it lacks nothing. */
export function lack(
  parts: readonly Part[],
  offer: Pick<SharedStackOffer, 'missing'> | undefined,
): string {
  if (!offer) return 'a stack: none was offered, specs are run by npm test';
  return parts
    .flatMap((part) => (offer.missing[part] ? [`${part}: ${offer.missing[part]}`] : []))
    .join('; ');
}

function offered(): SharedStackOffer | undefined {
  const text = process.env.RINGFENCE_STACK;
  return text ? (JSON.parse(text) as SharedStackOffer) : undefined;
}

async function ready(part: Part, offer: SharedStackOffer | undefined): Promise<void> {
  const response = await fetch(`${offer?.control}/${part}`, { method: 'POST' });
  if (!response.ok) throw new Error(await response.text());
}
