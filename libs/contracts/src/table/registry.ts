import { invariant, InvariantViolation, present, Print, ROLES, SERVICES } from '@ringfence/kernel';

import type { Reader } from './bytes.js';
import type { Fields, Spec } from './field.js';
import { columnsOf } from './limits.js';
import { generateCodec, type Codec } from './generate-codec.js';
import type { Definition, Kind, Plain } from './message.js';
import type { Cause, Codecs, EventCodec } from './record.js';

type Up = (old: Plain) => Plain;

/** One version of one message, with what turns it into the newest. */
export interface Entry {
  readonly definition: Definition;
  /** for places where no decision is around */
  readonly bare: Codec;
  /** null for the newest version */
  readonly up: Up | null;
}

/** Every version of every message, by tag and by name; codecs of events are made when first met. */
export class Registry implements Codecs {
  readonly byTag: (Entry | undefined)[] = [];
  /** name → versions, oldest first */
  readonly versions = new Map<string, Entry[]>();
  readonly nothing: Cause;
  readonly #commands = new Map<string, Cause>();
  readonly #commandsByTag: (Cause | undefined)[] = [];

  constructor(definitions: readonly Definition[]) {
    for (const [name, versions] of byName(definitions)) {
      const entries = versions.map((definition, place) => ({
        definition,
        bare: generateCodec(definition, undefined),
        up: upFrom(versions, place),
      }));
      this.versions.set(name, entries);
      for (const entry of entries) this.#register(entry);
    }
    this.nothing = new Following(this, null);
  }

  #register(entry: Entry): void {
    const { kind, tag, name } = entry.definition;
    invariant(this.byTag[tag] === undefined, `tag ${tag} is taken: ${name}`);
    this.byTag[tag] = entry;
    if (kind === 'event') return;
    const cause = new Following(this, entry);
    this.#commandsByTag[tag] = cause;
    if (entry.up === null) this.#commands.set(name, cause);
  }

  /** The newest version. @throws InvariantViolation for a type that no table declares */
  newest(type: string): Entry {
    return present(this.versions.get(type)?.at(-1), `table of ${type}`);
  }
  command(type: string): Cause {
    const cause = this.#commands.get(type);
    if (cause === undefined) throw new InvariantViolation(`no table of a command: ${type}`);
    return cause;
  }
  commandByTag(reader: Reader): Cause {
    const tag = readTag(reader);
    return this.#commandsByTag[tag] ?? reader.fail('no such command');
  }

  typesOf(kind: Kind): string[] {
    const names: string[] = [];
    for (const [name, [{ definition }]] of this.versions) {
      if (definition.kind === kind) names.push(name);
    }
    return names.sort();
  }
  /** A print over all that the tables say, in the order of tags. */
  fingerprint(): string {
    const print = new Print().text(JSON.stringify([SERVICES, ROLES]));
    for (const entry of this.byTag) {
      if (entry === undefined) continue;
      const { kind, tag, name, version, fields, up } = entry.definition;
      const columns = [kind, tag, name, version, up !== null, columnsOf(fields)];
      print.text(JSON.stringify(columns));
    }
    return print.hex();
  }
}

export function readTag(reader: Reader): number {
  reader.tag = 0;
  const tag = reader.varint();
  reader.tag = tag;
  return tag;
}

/** A command in one version and the codecs of the events after it. */
class Following implements Cause {
  readonly codec: Codec;
  readonly up: Up | null;
  readonly #events = new Map<string, Codec>();
  readonly #eventsByTag: (EventCodec | undefined)[] = [];

  constructor(
    private readonly registry: Registry,
    private readonly entry: Entry | null,
  ) {
    this.codec = entry?.bare ?? NOTHING;
    this.up = entry?.up ?? null;
  }

  event(type: string): Codec {
    return this.#events.get(type) ?? this.#meet(type);
  }
  eventByTag(reader: Reader): EventCodec {
    const tag = readTag(reader);
    return this.#eventsByTag[tag] ?? this.#meetTag(tag) ?? reader.fail('no such event');
  }

  #meet(type: string): Codec {
    const { definition } = this.registry.newest(type);
    const met = present(this.#meetTag(definition.tag), `table of an event: ${type}`);
    this.#events.set(type, met.codec);
    return met.codec;
  }
  #meetTag(tag: number): EventCodec | undefined {
    const entry = this.registry.byTag[tag];
    if (entry?.definition.kind !== 'event') return undefined;
    const cause = this.entry?.definition ?? null;
    const met = { codec: generateCodec(entry.definition, cause), up: entry.up };
    this.#eventsByTag[tag] = met;
    return met;
  }
}

const NOTHING: Codec = {
  encode: (): never => {
    throw new InvariantViolation('a decision without a command writes none');
  },
  decode: (reader): never => reader.fail('a decision without a command reads none'),
};

function byName(definitions: readonly Definition[]): Map<string, Definition[]> {
  const names = new Map<string, Definition[]>();
  for (const definition of definitions) {
    const versions = names.get(definition.name) ?? [];
    versions.push(definition);
    names.set(definition.name, versions);
    for (const [name, field] of Object.entries(definition.fields)) {
      const of = `${definition.name}.${name}`;
      checkNeighbours(field.spec, [definition.fields], of);
      if (field.alike === '$id') invariant(idLike(field.spec), `${of}: $id is the id of a command`);
    }
  }
  for (const [name, versions] of names) checkVersions(name, versions);
  return names;
}

function checkVersions(name: string, versions: Definition[]): void {
  versions.sort((a, b) => a.version - b.version);
  versions.forEach(({ kind, version, up }, place) => {
    const newest = place === versions.length - 1;
    invariant(kind === versions[0].kind, `${name} is of two kinds`);
    invariant(newest || version + 1 === versions[place + 1].version, `${name}: versions in a row`);
    invariant(newest === (up === null), `${name}: every version but the newest has its up`);
  });
}

const idLike = (spec: Spec): boolean =>
  spec.kind === 'optional' ? idLike(spec.item) : spec.kind === 'commandId';

/** @throws InvariantViolation when the field that scales another is missing or of another kind */
function checkNeighbours(spec: Spec, scopes: readonly Fields[], of: string): void {
  switch (spec.kind) {
    case 'optional':
    case 'list':
      return checkNeighbours(spec.item, scopes, of);
    case 'group':
      for (const [name, field] of Object.entries(spec.fields)) {
        checkNeighbours(field.spec, [spec.fields, ...scopes], `${of}.${name}`);
      }
      return;
    case 'amount':
    case 'price':
    case 'lots': {
      const { by } = spec;
      if (by === null) return;
      const there = scopes.find((fields) => fields[by] !== undefined)?.[by].spec;
      const item = there?.kind === 'optional' ? there.item : there;
      const kind = spec.kind === 'amount' ? 'asset' : 'instrument';
      invariant(item?.kind === kind, `${of}: ${by} is not the field of its ${kind}`);
      return;
    }
    default:
  }
}

/** The message in its newest version; a chain of pure steps, or null at its end. */
function upFrom(versions: readonly Definition[], place: number): Up | null {
  const steps = versions.slice(place, -1).map(({ up }) => up as unknown as Up);
  if (steps.length === 0) return null;
  const { name } = versions[place];
  return (old) => {
    let message = old;
    for (const step of steps) message = step(message);
    invariant(message.type === name, `up of ${name} makes a ${message.type}`);
    return message;
  };
}
