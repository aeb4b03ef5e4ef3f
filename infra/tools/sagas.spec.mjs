// docs/sagas.md names every reason code and event of a saga; this keeps page and sources alike.
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PAGE = 'docs/sagas.md';
const DOMAINS = ['accounts', 'custody', 'risk', 'reference', 'liquidation'];

/** Texts of the domains that look like a reason and are none. */
const NO_REASONS = new Set([
  'client-individual', // a class of accounts
  'close-out', // a kind of aggregate, in the digest
  'no-depth', // what sizing says to its caller: the bucket waits for a round
  // libs/money says why a text is no amount; reference gives each a code of its own
  'amount-not-a-decimal',
  'amount-too-large',
  'amount-too-precise',
]);
/** Reasons of one word, which only these places give. */
const SHORT_REASONS = new Set(['reduces', 'fault']);
/** Names on the page that are no order and no event: fields and kinds. */
const OTHER_WORDS = new Set(['round', 'saleTicks', 'cross', 'adl', 'excess']);

const KEBAB_TEXT = /'([a-z]+(?:-[a-z0-9]+)+)'/g;
const CODE_ON_PAGE = /`([a-z]+(?:-[a-z0-9]+)+)`/g;
const WORD_ON_PAGE = /`([A-Za-z]\w*)`/g;
const NAME_IN_DRAWING = /\b([A-Z][a-z]+(?:[A-Z][a-z]+)+|Reconciled)\b/g;
const DECLARED = /\b(?:command|event|message)\(\s*\d+,\s*'(\w+)'/g;

describe('the page of sagas', () => {
  const page = read(PAGE);
  const sources = DOMAINS.flatMap((name) => sourcesBelow(`libs/domain/${name}/src`)).map(read);
  const declared = new Set(
    sourcesBelow('libs/contracts/src').flatMap((file) => found(read(file), DECLARED)),
  );

  it('has every reason code of the domains', () => {
    const codes = reasonsIn(sources);
    expect(codes.size).toBeGreaterThan(80);
    expect(missing(codes, new Set(found(page, CODE_ON_PAGE)))).toEqual([]);
  });

  it('has no code that the house never gives', () => {
    const given = reasonsIn([...sources, read('libs/lane/src/core.ts')]);
    expect(missing(new Set(found(page, CODE_ON_PAGE)), given)).toEqual([]);
  });

  it('names orders and events as they are declared', () => {
    const words = found(page, WORD_ON_PAGE).filter((word) => !OTHER_WORDS.has(word));
    const drawn = found(page, NAME_IN_DRAWING);
    const known = new Set([...declared, ...SHORT_REASONS]);
    expect(missing(new Set([...words, ...drawn]), known)).toEqual([]);
  });

  it('draws every event of accounts, custody, risk and liquidation that a saga has', () => {
    const events = DOMAINS.filter((name) => name !== 'reference').flatMap(eventsOf);
    const drawn = new Set([...found(page, NAME_IN_DRAWING), ...found(page, WORD_ON_PAGE)]);
    expect(missing(new Set(events.filter((name) => !OF_NO_SAGA.has(name))), drawn)).toEqual([]);
  });
});

/** Facts that nobody waits for. */
const OF_NO_SAGA = new Set([
  'AccountOpened',
  'AccountClosed',
  'TradingAuthorityGranted',
  'TradingAuthorityRevoked',
  'DestinationRegistered',
  'ChainAdvanced',
  'CoverageObserved',
  // of the reference lane, declared with the rules of risk
  'RiskRulesSet',
  'OpenInterestObserved',
  'RatesGuarded',
]);

function eventsOf(domain) {
  const files = sourcesBelow('libs/contracts/src').filter((file) =>
    file.startsWith(`libs/contracts/src/${domain}`),
  );
  return files.flatMap((file) => found(read(file), /\bevent\(\s*\d+,\s*'(\w+)'/g));
}

function reasonsIn(texts) {
  const codes = texts.flatMap((text) => found(text, KEBAB_TEXT));
  return new Set(codes.filter((code) => !NO_REASONS.has(code)));
}

function sourcesBelow(folder) {
  return fs.readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesBelow(path);
    return /(?<!\.spec|\.fixture)\.ts$/.test(entry.name) ? [path] : [];
  });
}

function read(file) {
  return fs.readFileSync(join(ROOT, file), 'utf8');
}

function found(text, pattern) {
  return [...text.matchAll(pattern)].map(([, name]) => name);
}

/** What of `names` is not among `known`, in order. */
function missing(names, known) {
  return [...names].filter((name) => !known.has(name)).sort((a, b) => (a < b ? -1 : 1));
}
