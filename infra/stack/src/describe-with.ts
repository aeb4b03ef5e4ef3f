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
  describeOr(missing(parts, offer), title, () => {
    beforeAll(() => Promise.all(parts.map((part) => ready(part, offer))), START_DEADLINE_MS);
    body(offer?.addresses as Pick<Addresses, P>);
  });
}

/** The same for specs that start, and kill, a stack of their own: nothing is started for them. */
export function describeIfFound(parts: readonly Part[], title: string, body: () => void): void {
  describeOr(missing(parts, offered()), title, body);
}

function describeOr(why: string, title: string, body: () => void): void {
  if (why === '') {
    describe(title, body);
  } else if (process.env.RINGFENCE_CI === '1') {
    describe(title, () => {
      it('has what it needs', () => {
        throw new Error(`in CI nothing is skipped, and here ${why}`);
      });
    });
  } else {
    describe.skip(`${title} (skipped: ${why})`, () => it('needs real servers', () => undefined));
  }
}

/** Why a block cannot run, as a sentence; empty when it can. */
function missing(parts: readonly Part[], offer: SharedStackOffer | undefined): string {
  if (!offer) return 'no stack was offered: run specs by npm test';
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
