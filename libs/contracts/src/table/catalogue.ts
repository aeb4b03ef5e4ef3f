import { Reader, Writer } from './bytes.js';
import type { Names } from './edge.js';
import { generateParse, type Parsed } from './generate-parse.js';
import { decidedFromJson, decidedToJson, type JsonValue } from './json.js';
import type { Decided, Definition, Kind, Plain } from './message.js';
import { decodeBody, encodeBody } from './record.js';
import { readTag, Registry } from './registry.js';
import { schemaOf, type JsonSchema } from './schema.js';

/** Every message of the house, compiled from the field tables. */
export interface Catalogue<C extends Plain = Plain, E extends Plain = Plain> {
  /**
   * Packs decisions as the body of a record.
   *
   * @param size  bytes to expect; only a hint
   * @throws InvariantViolation for a value that its table does not allow
   */
  encode(decisions: readonly Decided<C, E>[], size?: number): Uint8Array;
  /** @throws DecodeError for anything but what `encode` writes */
  decode(body: Uint8Array): Decided<C, E>[];
  /** Plain JSON without loss, for auditors, golden files and the audit stream. */
  toJson(decided: Decided<C, E>): JsonValue;
  /** @throws DecodeError for anything but what `toJson` writes */
  fromJson(value: unknown): Decided<C, E>;
  /** Packs messages without decisions: command streams, outboxes, snapshots. */
  encodeMessages(messages: readonly Plain[]): Uint8Array;
  /** @throws DecodeError for anything but what `encodeMessages` writes */
  decodeMessages(bytes: Uint8Array): (C | E)[];
  /** Checks a request and builds its command; every problem names its field and the rule. */
  parse(name: string, json: unknown, names: Names): Parsed<C>;
  /** JSON Schema 2020-12 of what `parse` takes. */
  schema(name: string): JsonSchema;
  /** the tag of the newest version */
  tag(type: string): number;
  /** 16 hexadecimal digits over all tables: any change shows */
  readonly fingerprint: string;
  /** in alphabetical order */
  typesOf(kind: Kind): string[];
}

/**
 * Makes the catalogue of all messages; once, at start.
 *
 * @throws InvariantViolation when two tables share a tag, when versions have gaps, or when a field
 *         names another that is not there
 */
export function compile<C extends Plain = Plain, E extends Plain = Plain>(
  definitions: readonly Definition[],
): Catalogue<C, E> {
  // the tables make the types C and E, so what they read is one of them
  return new Tables(definitions) as unknown as Catalogue<C, E>;
}

class Tables implements Catalogue {
  readonly fingerprint: string;
  readonly #registry: Registry;
  readonly #writer = new Writer();
  readonly #parsers = new Map<string, ReturnType<typeof generateParse>>();

  constructor(definitions: readonly Definition[]) {
    this.#registry = new Registry(definitions);
    this.fingerprint = this.#registry.fingerprint();
  }

  encode(decisions: readonly Decided[], size = 0): Uint8Array {
    this.#writer.at = 0;
    this.#writer.room(size);
    encodeBody(this.#writer, decisions, this.#registry);
    return this.#writer.done();
  }
  decode(body: Uint8Array): Decided[] {
    return decodeBody(body, this.#registry);
  }
  toJson(decided: Decided): JsonValue {
    return decidedToJson(this.#registry, decided);
  }
  fromJson(value: unknown): Decided {
    return decidedFromJson(this.#registry, value);
  }

  encodeMessages(messages: readonly Plain[]): Uint8Array {
    const writer = this.#writer;
    writer.at = 0;
    writer.varint(messages.length);
    for (const message of messages) {
      this.#registry.newest(message.type).bare.encode(writer, message, null, '');
    }
    return writer.done();
  }
  decodeMessages(bytes: Uint8Array): Plain[] {
    const reader = new Reader(bytes);
    const messages: Plain[] = [];
    for (let left = reader.count(); left > 0; left--) {
      const { bare, up } = this.#registry.byTag[readTag(reader)] ?? reader.fail('no such message');
      const message = bare.decode(reader, null, '');
      messages.push(up === null ? message : up(message));
    }
    reader.end();
    return messages;
  }

  parse(name: string, json: unknown, names: Names): Parsed<Plain> {
    return this.#parser(name)(json, names);
  }
  #parser(name: string): ReturnType<typeof generateParse> {
    const made = this.#parsers.get(name);
    if (made !== undefined) return made;
    const parser = generateParse(this.#registry.newest(name).definition);
    this.#parsers.set(name, parser);
    return parser;
  }
  schema(name: string): JsonSchema {
    return schemaOf(this.#registry.newest(name).definition);
  }
  tag(type: string): number {
    return this.#registry.newest(type).definition.tag;
  }
  typesOf(kind: Kind): string[] {
    return this.#registry.typesOf(kind);
  }
}
