import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressesOf, type Addresses } from './addresses.js';
import { LOOPBACK } from './exchange.js';
import { findParts, type Findings } from './find-parts.js';
import { PartMissing, reasonOf, type Part } from './stack-error.js';
import { ensureJars, PARTS, planStack } from './stack.js';

/** What a test run tells its specs, as JSON in `RINGFENCE_STACK`. */
export interface SharedStackOffer {
  /** `POST <control>/<part>` answers 204 once that part serves, 500 with the reason when not. */
  control: string;
  addresses: Partial<Addresses>;
  /** Why a part cannot be had, a sentence each. */
  missing: Partial<Record<Part, string>>;
}

export interface SharedStack {
  offer: SharedStackOffer;
  close(): Promise<void>;
}

/**
 * One stack for all specs of a test run. A part starts when the first spec asks for it, so a run
 * that needs none pays nothing but the search; its address is known from the beginning.
 */
export async function openSharedStack(log: (line: string) => void): Promise<SharedStack> {
  const findings = await withJars(await findParts(), log);
  const parts = PARTS.filter((part) => 'found' in findings[part]);
  const stack = await planStack({ parts, log }, findings);
  const starts = new Map<Part, Promise<void>>();
  const started = (part: Part): Promise<void> => {
    const start = starts.get(part) ?? stack.start(part);
    starts.set(part, start);
    return start;
  };
  const control = await serve(async (path) => {
    const part = parts.find((name) => `/${name}` === path);
    if (!part) throw new Error(`no part at ${path}`);
    await started(part);
  });
  const { port } = control.address() as AddressInfo;
  return {
    offer: {
      control: `http://${LOOPBACK}:${port}`,
      addresses: addressesOf(stack, parts),
      missing: missingIn(findings),
    },
    async close() {
      control.close();
      control.closeAllConnections();
      await stack.stop();
    },
  };
}

/** Jars that cannot be fetched make Kafka a part that cannot be had, not a failure of the run. */
async function withJars(findings: Findings, log: (line: string) => void): Promise<Findings> {
  if ('missing' in findings.kafka) return findings;
  try {
    await ensureJars(findings, log);
    return findings;
  } catch (error) {
    if (!(error instanceof PartMissing)) throw error;
    return { ...findings, kafka: { missing: error.why } };
  }
}

function missingIn(findings: Findings): Partial<Record<Part, string>> {
  const sentences = PARTS.flatMap((part) => {
    const finding = findings[part];
    return 'missing' in finding ? [[part, finding.missing]] : [];
  });
  return Object.fromEntries(sentences);
}

function serve(handle: (path: string) => Promise<void>): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    handle(request.url ?? '').then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(500).end(reasonOf(error)),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port: 0 }, () => resolve(server));
  });
}
