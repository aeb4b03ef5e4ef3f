// Every file and folder that a page names is there, so that a page can be followed.
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const TOP_LEVEL = /^(libs|services|infra|docs)\//;
const NAMED = /`([\w@./*-]+)`/g;
const LINKED = /\]\((?!https?:)([\w./-]+)\)/g;

const pages = [
  'README.md',
  ...pagesBelow('docs'),
  ...pagesBelow('libs'),
  ...pagesBelow('services'),
  ...pagesBelow('infra'),
];

describe('the pages', () => {
  it('are found', () => expect(pages.length).toBeGreaterThan(25));

  it.each(pages)('%s names only what is there', (page) => {
    const text = read(page);
    const named = found(text, NAMED).filter((path) => TOP_LEVEL.test(path) && !path.includes('*'));
    const linked = found(text, LINKED).map((path) => join(dirname(page), path));
    const missing = [...named, ...linked].filter((path) => !fs.existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });
});

function pagesBelow(folder) {
  return fs.readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return /^(node_modules|dist)$/.test(entry.name) ? [] : pagesBelow(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

function read(file) {
  return fs.readFileSync(join(ROOT, file), 'utf8');
}

function found(text, pattern) {
  return [...text.matchAll(pattern)].map(([, name]) => name);
}
