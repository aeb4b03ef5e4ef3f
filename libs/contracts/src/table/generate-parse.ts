import { Edge, ruleOf, type Names, type Problem } from './edge.js';
import type { Fields, ScalarSpec, Spec } from './field.js';
import { generated } from './generated.js';
import type { Definition, Plain } from './message.js';

/** What a request became: the command, or all that is wrong with it. */
export type Parsed<C> =
  | { readonly ok: true; readonly value: C }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Parse = (edge: Edge, json: unknown, names: Names) => Plain | undefined;

/**
 * Makes the function that checks a request and builds its command in one pass.
 *
 * A request has exactly the fields of the table; one that is optional may be left out. It may also
 * name its `type`.
 */
export function generateParse(
  definition: Definition,
): (json: unknown, names: Names) => Parsed<Plain> {
  const { name, fields } = definition;
  const parsing = new Parsing();
  const built = parsing.members(fields, 'json', `''`, [], name);
  const source = `'use strict'; ${parsing.constants.join('\n')}
    return function parse${name}(edge, json, names) {
      if (!edge.object(json, '')) return undefined;
      ${built.code}
      return { type: ${JSON.stringify(name)}, ${built.members} };
    }`;
  const parse = generated<Parse>('S', source, parsing.specs);
  return (json, names) => {
    const edge = new Edge();
    const value = parse(edge, json, names);
    const { problems } = edge;
    if (problems.length > 0 || value === undefined) return { ok: false, problems };
    return { ok: true, value };
  };
}

/** Where the asset or instrument of a number was read: the variable of its entry, and its path. */
type Scope = ReadonlyMap<string, { readonly variable: string; readonly path: string }>;

/** JavaScript that reads JSON; every name that it makes is its own. */
class Parsing {
  #names = 0;
  /** what generated code calls `S`: the tables that its problems speak of */
  readonly specs: Spec[] = [];
  readonly constants: string[] = [];

  /** @param path  JavaScript of the object's path; `scopes`: objects around it, innermost first */
  members(
    fields: Fields,
    json: string,
    path: string,
    scopes: readonly Scope[],
    type: string | null,
  ): { readonly code: string; readonly members: string } {
    const names = Object.keys(fields);
    const known = this.#name('K');
    const expected = type === null ? names : ['type', ...names];
    this.constants.push(`const ${known} = new Set(${JSON.stringify(expected)});`);
    const found = this.#name('n');
    const lines = [`let ${found} = 0;`];
    if (type !== null) lines.push(this.#type(json, type, found));
    const scope = new Map<string, { variable: string; path: string }>();
    const inner = [scope, ...scopes];
    const made = new Map<string, string>();
    // what scales others is read first
    const first = names.filter((name) => isNamed(fields[name].spec));
    for (const name of [...first, ...names.filter((it) => !first.includes(it))]) {
      const { spec } = fields[name];
      const j = this.#name('j');
      const v = this.#name('v');
      made.set(name, v);
      const at = join(path, name);
      if (isNamed(spec)) scope.set(name, { variable: `${v}n`, path: at });
      lines.push(
        `const ${j} = ${json}.${name}; let ${v}; ${isNamed(spec) ? `let ${v}n;` : ''}`,
        `if (${j} === undefined) { ${this.#absent(spec, v, at)} } else {`,
        `${found}++; ${this.#value(spec, j, v, at, inner)} }`,
      );
    }
    lines.push(`edge.strangers(${json}, ${known}, ${found}, ${path});`);
    return { code: lines.join('\n'), members: names.map((n) => `${n}: ${made.get(n)}`).join(', ') };
  }

  #type(json: string, type: string, found: string): string {
    const name = JSON.stringify(type);
    return `if (${json}.type !== undefined) {
      ${found}++;
      if (${json}.type !== ${name}) edge.add('type', 'not-one-of', 'must be ' + ${name});
    }`;
  }
  #absent(spec: Spec, v: string, at: string): string {
    if (spec.kind !== 'optional') return `edge.add(${at}, 'missing', 'must be given');`;
    return `${v} = null; ${isNamed(spec) ? `${v}n = null;` : ''}`;
  }
  #name(letter: string): string {
    return `${letter}${this.#names++}`;
  }
  #spec(spec: Spec): string {
    this.specs.push(spec);
    return `S[${this.specs.length - 1}]`;
  }

  /** Reads the variable `j` into `v`; leaves it undefined when it is refused. */
  #value(spec: Spec, j: string, v: string, at: string, scopes: readonly Scope[]): string {
    switch (spec.kind) {
      case 'group': {
        const { code, members } = this.members(spec.fields, j, at, scopes, null);
        return `if (edge.object(${j}, ${at})) { ${code} ${v} = { ${members} }; }`;
      }
      case 'list':
        return this.#list(spec.item, j, v, at, scopes);
      case 'optional': {
        const none = `${v} = null; ${isNamed(spec) ? `${v}n = null;` : ''}`;
        const some = this.#value(spec.item, j, v, at, scopes);
        return `if (${j} === null) { ${none} } else { ${some} }`;
      }
      default:
        return this.#scalar(spec, j, v, at, scopes);
    }
  }
  #list(item: Spec, j: string, v: string, at: string, scopes: readonly Scope[]): string {
    const i = this.#name('i');
    const e = this.#name('e');
    const here = `${at} + '[' + ${i} + ']'`;
    const named = isNamed(item) ? `let ${e}vn;` : '';
    return `if (!Array.isArray(${j})) edge.add(${at}, 'wrong-type', 'must be a list');
      else {
        ${v} = [];
        for (let ${i} = 0; ${i} < ${j}.length; ${i}++) {
          const ${e} = ${j}[${i}]; let ${e}v; ${named}
          ${this.#value(item, e, `${e}v`, here, scopes)}
          ${v}.push(${e}v);
        }
      }`;
  }

  #scalar(spec: ScalarSpec, j: string, v: string, at: string, scopes: readonly Scope[]): string {
    const refuse = `if (${v} === undefined) edge.refuse(${at}, ${this.#spec(spec)});`;
    switch (spec.kind) {
      case 'asset':
      case 'instrument':
        return `${v}n = edge.${spec.kind}(${j}, names);
          if (${v}n === undefined) edge.refuse(${at}, ${this.#spec(spec)}); else ${v} = ${v}n.id;`;
      case 'amount':
        return this.#scaled(spec.by, scopes, (n) => {
          const scale = n === null ? '0' : `${n} === undefined ? -1 : ${n}.scale`;
          return `${v} = edge.amount(${j}, ${scale}, '${spec.sign}'); ${refuse}`;
        });
      case 'price':
      case 'lots': {
        const step = spec.kind === 'price' ? 'tick' : 'lot';
        const sign = spec.kind === 'price' ? 'positive' : spec.sign;
        return this.#scaled(spec.by, scopes, (n) => {
          const of = n === null ? '{ units: 1n, scale: 0 }' : `${n} && ${n}.${step}`;
          return `${v} = edge.steps(${j}, ${of}, '${sign}'); ${refuse}`;
        });
      }
      case 'text':
        return `${v} = edge.text(${j}, ${spec.max}); ${refuse}`;
      case 'oneOf':
        return `${v} = edge.oneOf(${j}, ${this.#spec(spec)}.values); ${refuse}`;
      case 'domain':
      case 'member':
        return `${v} = edge.dense(${j}); ${refuse}`;
      default:
        return `${v} = edge.${spec.kind}(${j}); ${refuse}`;
    }
  }
  /** A number whose asset or instrument may be null needs it when it is given itself. */
  #scaled(
    by: string | null,
    scopes: readonly Scope[],
    read: (variable: string | null) => string,
  ): string {
    if (by === null) return read(null);
    const there = scopes.find((scope) => scope.has(by))?.get(by);
    if (there === undefined) return read(null);
    const { variable, path } = there;
    const rule = JSON.stringify(ruleOf('missing', { kind: 'flag' }));
    return `if (${variable} === null) edge.add(${path}, 'missing', ${rule});
      else { ${read(variable)} }`;
  }
}

const isNamed = (spec: Spec): boolean =>
  spec.kind === 'optional'
    ? isNamed(spec.item)
    : spec.kind === 'asset' || spec.kind === 'instrument';

/** JavaScript of a field's path inside an object's. */
const join = (path: string, name: string): string =>
  path === `''`
    ? `'${name}'`
    : path.endsWith(`'`) && !path.includes('+')
      ? `'${path.slice(1, -1)}.${name}'`
      : `${path} + '.${name}'`;
