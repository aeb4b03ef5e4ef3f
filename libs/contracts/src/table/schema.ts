import type { Fields, ScalarSpec, Spec } from './field.js';
import type { JsonValue } from './json.js';
import type { Definition } from './message.js';

/** A JSON Schema of 2020-12, as OpenAPI 3.1 takes it. */
export interface JsonSchema {
  readonly [key: string]: JsonValue;
}

const DECIMAL = '^(0|[1-9][0-9]*)(\\.[0-9]+)?$';
const SIGNED_DECIMAL = '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$';
const UNITS = '^(0|[1-9][0-9]*)$';
const SIGNED_UNITS = '^-?(0|[1-9][0-9]*)$';
const DENSE_MAX = 2 ** 31 - 1;

/** The form of a request for this message: what the generated parser takes. */
export function schemaOf({ name, fields }: Definition): JsonSchema {
  const { properties, ...rest } = objectOf(fields);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: name,
    ...rest,
    properties: { type: { const: name }, ...(properties as JsonSchema) },
  };
}

function objectOf(fields: Fields): JsonSchema {
  const properties: { [key: string]: JsonValue } = {};
  const required: string[] = [];
  for (const [name, { spec }] of Object.entries(fields)) {
    properties[name] = valueOf(spec);
    if (spec.kind !== 'optional') required.push(name);
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

function valueOf(spec: Spec): JsonSchema {
  switch (spec.kind) {
    case 'group':
      return objectOf(spec.fields);
    case 'list':
      return { type: 'array', items: valueOf(spec.item) };
    case 'optional':
      return { anyOf: [valueOf(spec.item), { type: 'null' }] };
    default:
      return scalarOf(spec);
  }
}

const string = (pattern: string, description: string): JsonSchema => ({
  type: 'string',
  pattern,
  description,
});

function scalarOf(spec: ScalarSpec): JsonSchema {
  switch (spec.kind) {
    case 'uint':
      return { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
    case 'int': {
      const most = Number.MAX_SAFE_INTEGER;
      return { type: 'integer', minimum: -most, maximum: most };
    }
    case 'domain':
    case 'member':
      return {
        type: 'integer',
        minimum: 0,
        maximum: DENSE_MAX,
        description: `number of a ${spec.kind}`,
      };
    case 'flag':
      return { type: 'boolean' };
    case 'text':
      return {
        type: 'string',
        maxLength: spec.max,
        description: `at most ${spec.max} bytes of UTF-8`,
      };
    case 'oneOf':
      return { type: 'string', enum: spec.values };
    case 'amount':
    case 'price':
    case 'lots':
      return decimalOf(spec);
    default:
      return namedOf(spec.kind);
  }
}

function decimalOf(spec: Extract<ScalarSpec, { kind: 'amount' | 'price' | 'lots' }>): JsonSchema {
  const sign = spec.kind === 'price' ? 'positive' : spec.sign;
  const bound = { any: 'of any sign', nonNegative: '0 or more', positive: 'more than 0' }[sign];
  if (spec.by === null) {
    const what = { amount: 'smallest units', price: 'ticks', lots: 'lots' }[spec.kind];
    return string(sign === 'any' ? SIGNED_UNITS : UNITS, `whole number of ${what}, ${bound}`);
  }
  const what = {
    amount: `decimal amount of \`${spec.by}\`, with at most the decimal places of the asset`,
    price: `decimal price, a whole number of the ticks of \`${spec.by}\``,
    lots: `decimal size, a whole number of the lots of \`${spec.by}\``,
  }[spec.kind];
  return string(sign === 'any' ? SIGNED_DECIMAL : DECIMAL, `${what}; ${bound}; below 10^38 units`);
}

type Named = 'account' | 'bucket' | 'asset' | 'instrument' | 'commandId' | 'print';
function namedOf(kind: Named): JsonSchema {
  switch (kind) {
    case 'account':
      return string(
        '^w-[0-9]{2,4}-[0-9A-HJKMNP-TV-Z]{6}-[0-9A-HJKMNP-TV-Z]$',
        'account: partition, number in base 32, check digit; like w-03-00F2K7-6',
      );
    case 'bucket':
      return string(
        '^(excess|(isolated|cross|portfolio):[1-9][0-9]{0,5})$',
        'bucket of an account: excess, or a kind and its number',
      );
    case 'asset':
      return { type: 'string', description: 'CAIP-19 id or symbol of a listed asset' };
    case 'instrument':
      return { type: 'string', description: 'symbol of a listed instrument' };
    case 'commandId':
      return string(
        '^([0-9a-fA-F]{32}|[0-9a-fA-F-]{36})$',
        'id of a command, chosen by its sender: 32 hexadecimal digits, or a UUID',
      );
    default:
      return string('^[0-9a-f]{16}$', '64-bit print, 16 hexadecimal digits');
  }
}
