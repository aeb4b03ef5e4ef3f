// What the runbooks tell somebody to run at night is there.
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const FOLDER = join(ROOT, 'infra/runbooks');
const HEADINGS = [
  'How you notice',
  'What to look at',
  'What to do',
  'What never to do',
  'How you know that it is over',
];
const pages = fs.readdirSync(FOLDER).filter((name) => name !== 'README.md');
const read = (path) => fs.readFileSync(join(ROOT, path), 'utf8');
const page = (name) => read(`infra/runbooks/${name}`);
const found = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))];

describe('the runbooks', () => {
  it('are those that the list names, and the alerts', () => {
    const listed = found(page('README.md'), /`infra\/runbooks\/([\w-]+\.md)`/g);
    expect(new Set(listed)).toEqual(new Set(pages));
    const alerted = found(read('infra/observability/alerts.yml'), /runbooks\/([\w-]+\.md)/g);
    expect(alerted.filter((name) => !pages.includes(name))).toEqual([]);
  });

  it.each(pages)('%s says how it begins, what to do and how it ends', (name) =>
    expect(found(page(name), /^## (.+)$/gm)).toEqual(HEADINGS),
  );

  it.each(pages)('%s runs only what is there', (name) => {
    const text = page(name);
    const { scripts } = JSON.parse(read('package.json'));
    expect(found(text, /npm run ([\w-]+)/g).filter((script) => !(script in scripts))).toEqual([]);
    const cli = read('services/house/src/cli.ts');
    const verbs = found(text, /npm run ringfence -- (log cat|lane resume|snapshot|[\w-]+)/g);
    expect(verbs.filter((verb) => !cli.includes(`ringfence ${verb}`))).toEqual([]);
    const compose = read('docker-compose.yml');
    const asked = found(text, /docker compose logs --tail \d+ ([\w -]+)/g);
    const parts = asked.flatMap((names) => names.trim().split(' '));
    expect(parts.filter((part) => !compose.includes(`\n  ${part}:\n`))).toEqual([]);
  });

  it.each(pages)('%s asks only for what the API has', (name) => {
    const folder = 'services/gateway/src/api';
    const sources = fs.readdirSync(join(ROOT, folder)).map((file) => read(`${folder}/${file}`));
    const api = found(sources.join('\n'), /'(\/v1\/[\w/:-]+)'/g).map(
      (path) => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`),
    );
    const asked = found(page(name), /(\/v1\/[\w/<>-]+)/g);
    expect(asked.filter((path) => !api.some((each) => each.test(path)))).toEqual([]);
  });
});
