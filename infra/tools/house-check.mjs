// What no formatter and no linter looks at: sizes, names, leftovers, the top level of the house.
import * as fs from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LINE_MAX = 100;
const FILE_LINES_MAX = 400;
const SPEC_LINES_MAX = 600;
/** Larger files are data, not text that someone wrote. */
const TEXT_BYTES_MAX = 1024 * 1024;

const SOURCES = new Set(['.ts', '.tsx', '.mjs', '.cjs', '.js']);
const SKIPPED = setOf('.git .nx .stack .install.lock node_modules dist coverage');
const SKIPPED_AT_TOP = new Set(['data']);

const TOP_LEVEL = setOf(
  'services libs infra docs README.md NOTICE.md docker-compose.yml package.json pnpm-lock.yaml',
  'pnpm-workspace.yaml nx.json jest.config.mjs tsconfig.json tsconfig.base.json',
);

/** What may stand between the name of a source file and its extension. */
const SUFFIXES = setOf(
  'spec int.spec journey.spec fixture bench d',
  'config module controller service entity migration projection',
);

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const BANNED = /^(utils?|helpers?|common|managers?|base|misc)$/;
const BANNED_FOR_TYPES = /^(utils?|helpers?|common|managers?|misc)$/;
const DECLARED = /\b(class|interface|type|enum|function)\s+([A-Za-z]\w*)/g;
const FOCUSED = /\b(describe|it|test)\.only\b|\bf(describe|it)\(/;
const UNTRACKED_TODO = /(\/\/|\*|#)\s*(TODO|FIXME|XXX)\b(?!\s*\(?#\d+)/;
const MACHINE_PATH = /(?<![\w.}/-])\/(work|home|root|Users)\/\w|\b[A-Z]:\\\w/;

/**
 * Looks at every file below a folder, except what is installed, compiled or recorded there.
 *
 * @returns one line per finding, `place: what is wrong`; empty when the house is in order
 */
export function inspect(root) {
  return [...topLevel(root), ...filesBelow(root).flatMap((file) => inspectFile(root, file))];
}

function topLevel(root) {
  return fs
    .readdirSync(root)
    .filter((name) => !name.startsWith('.') && !TOP_LEVEL.has(name))
    .filter((name) => !SKIPPED.has(name) && !SKIPPED_AT_TOP.has(name))
    .map((name) => `${name}: does not belong at the top level`);
}

function filesBelow(root, folder = '') {
  return fs.readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (SKIPPED.has(entry.name) || SKIPPED_AT_TOP.has(path)) return [];
    if (entry.isDirectory()) return filesBelow(root, path);
    return entry.isFile() ? [path] : [];
  });
}

function inspectFile(root, file) {
  const path = join(root, file);
  if (fs.statSync(path).size > TEXT_BYTES_MAX) return [];
  const text = fs.readFileSync(path, 'utf8');
  if (text.includes('\0')) return [];

  const isSource = SOURCES.has(extname(file));
  const lines = text.replace(/\n$/, '').split('\n');
  const findings = lines.flatMap((line, index) =>
    [...inspectLine(line), ...(isSource ? inspectSourceLine(line, file) : [])].map(
      (finding) => `${file}:${index + 1}: ${finding}`,
    ),
  );
  if (!isSource) return findings;
  return [...findings, ...inspectName(file), ...inspectSize(file, lines.length)];
}

function inspectLine(line) {
  return MACHINE_PATH.test(line) ? ['names a path of one machine'] : [];
}

function inspectSourceLine(line, file) {
  const findings = [];
  if (line.length > LINE_MAX) findings.push(`${line.length} columns, at most ${LINE_MAX}`);
  if (isSpec(file) && FOCUSED.test(line)) findings.push('a focused test hides the others');
  if (UNTRACKED_TODO.test(line)) findings.push('a TODO needs its issue: TODO(#12)');
  for (const [, kind, name] of line.matchAll(DECLARED)) {
    const banned = kind === 'class' ? BANNED : BANNED_FOR_TYPES;
    if (wordsOf(name).some((word) => banned.test(word))) findings.push(`${name} says nothing`);
  }
  return findings;
}

function inspectName(file) {
  const [name, ...suffix] = basename(file, extname(file)).replace(/^\./, '').split('.');
  const folders = dirname(file) === '.' ? [] : dirname(file).replace(/^\./, '').split('/');
  const findings = [];
  for (const part of [...folders, name]) {
    if (!KEBAB.test(part)) findings.push(`${file}: "${part}" is not kebab-case`);
    if (part.split('-').some((word) => BANNED.test(word))) {
      findings.push(`${file}: "${part}" says nothing`);
    }
  }
  if (suffix.length > 0 && !SUFFIXES.has(suffix.join('.'))) {
    findings.push(`${file}: ".${suffix.join('.')}" is not in the closed list of suffixes`);
  }
  return findings;
}

function inspectSize(file, lines) {
  const max = isSpec(file) ? SPEC_LINES_MAX : FILE_LINES_MAX;
  return lines > max ? [`${file}: ${lines} lines, at most ${max}`] : [];
}

function isSpec(file) {
  return /\.spec\.\w+$/.test(file);
}

function setOf(...rows) {
  return new Set(rows.flatMap((row) => row.split(' ')));
}

function wordsOf(name) {
  return name.split(/_|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const findings = inspect(join(dirname(fileURLToPath(import.meta.url)), '..', '..'));
  for (const finding of findings) console.error(finding);
  console.log(findings.length === 0 ? 'the house is in order' : `${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
