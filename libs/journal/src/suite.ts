import { chainScenarios } from './suite-chain.js';
import { portScenarios } from './suite-port.js';
import type { JournalUnderTest, Scenario } from './suite-scene.js';

export {
  chainOf,
  type JournalUnderTest,
  openOptions,
  recordFor,
  takeOver,
  write,
} from './suite-scene.js';

/**
 * What every journal must do, whatever it is made of. Called from a spec of each adapter.
 *
 * @param make  a journal with nothing in it
 */
export function journalSuite(name: string, make: () => Promise<JournalUnderTest>): void {
  describe(`${name}: an append-only log`, () => register(portScenarios, make));
  describe(`${name}: the chain on it`, () => register(chainScenarios, make));
}

function register(
  scenarios: Readonly<Record<string, Scenario>>,
  make: () => Promise<JournalUnderTest>,
): void {
  for (const [title, scenario] of Object.entries(scenarios)) {
    it(title, async () => {
      const under = await make();
      try {
        await scenario(under);
      } finally {
        await under.dispose();
      }
    });
  }
}
