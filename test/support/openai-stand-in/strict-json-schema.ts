import { z } from 'zod';
import { ApiError } from './api-error.ts';

const limits = {
  properties: 5000,
  depth: 10,
  enumValues: 1000,
  totalStringLength: 120_000,
  longEnum: 250,
  longEnumStringLength: 15_000,
} as const;

const types = ['string', 'number', 'boolean', 'integer', 'object', 'array', 'null'];
const annotations = ['type', 'description', 'title', 'enum', 'const', '$ref', 'anyOf', '$defs', 'definitions'];
const keywordsOfType: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
  string: ['pattern', 'format'],
  number: ['multipleOf', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  integer: ['multipleOf', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
};

const record = z.record(z.string(), z.unknown());

interface Totals {
  properties: number;
  enumValues: number;
  stringLength: number;
}

/** Rejects what OpenAI's strict mode rejects (its guide "Structured Outputs", section "Supported schemas"). */
export function checkStrictJsonSchema(name: string, schema: unknown): void {
  const reject = (context: readonly string[], problem: string): never => {
    const where = `(${context.map((part) => `'${part}'`).join(', ')})`;
    const message = `Invalid schema for response_format '${name}': In context=${where}, ${problem}`;
    throw new ApiError(400, message, { param: 'response_format' });
  };
  const root = record.safeParse(schema).data ?? {};
  if (root['type'] !== 'object') reject([], `schema must be a JSON Schema of 'type: "object"'.`);
  if ('anyOf' in root) reject([], `'anyOf' is not permitted at the root.`);
  const totals: Totals = { properties: 0, enumValues: 0, stringLength: 0 };
  checkNode(root, [], 1, totals, reject);
  if (totals.properties > limits.properties) reject([], `more than ${limits.properties} properties.`);
  if (totals.enumValues > limits.enumValues) reject([], `more than ${limits.enumValues} enum values.`);
  if (totals.stringLength > limits.totalStringLength) {
    reject([], `names and enum values together exceed ${limits.totalStringLength} characters.`);
  }
}

type Reject = (context: readonly string[], problem: string) => never;

function checkNode(value: unknown, context: readonly string[], depth: number, totals: Totals, reject: Reject): void {
  const parsed = record.safeParse(value);
  if (!parsed.success) return reject(context, 'schema must be an object.');
  const node = parsed.data;
  if (depth > limits.depth) reject(context, `nesting exceeds ${limits.depth} levels.`);
  const nodeTypes = z.array(z.string()).safeParse([node['type'] ?? []].flat()).data ?? ['?'];
  if (nodeTypes.length === 0 && !('anyOf' in node) && !('$ref' in node) && !('enum' in node) && !('const' in node)) {
    reject(context, `schema must have a 'type' key.`);
  }
  for (const type of nodeTypes) if (!types.includes(type)) reject(context, `'${type}' is not a type.`);
  const allowed = new Set([...annotations, ...nodeTypes.flatMap((type) => keywordsOfType[type] ?? [])]);
  for (const key of Object.keys(node)) if (!allowed.has(key)) reject(context, `'${key}' is not permitted.`);
  checkEnum(node, context, totals, reject);
  if (nodeTypes.includes('object')) checkObject(node, context, depth, totals, reject);
  if (nodeTypes.includes('array')) {
    if (!('items' in node)) reject(context, `array schema missing items.`);
    checkNode(node['items'], [...context, 'items'], depth + 1, totals, reject);
  }
  for (const [index, branch] of (z.array(z.unknown()).safeParse(node['anyOf']).data ?? []).entries()) {
    checkNode(branch, [...context, 'anyOf', String(index)], depth + 1, totals, reject);
  }
  for (const [key, definition] of Object.entries(record.safeParse(node['$defs']).data ?? {})) {
    totals.stringLength += key.length;
    checkNode(definition, [...context, '$defs', key], depth + 1, totals, reject);
  }
}

function checkObject(
  node: Readonly<Record<string, unknown>>,
  context: readonly string[],
  depth: number,
  totals: Totals,
  reject: Reject,
): void {
  if (node['additionalProperties'] !== false) {
    reject(context, `'additionalProperties' is required to be supplied and to be false.`);
  }
  const properties = record.safeParse(node['properties']).data ?? {};
  const required = new Set(z.array(z.string()).safeParse(node['required']).data);
  for (const [key, property] of Object.entries(properties)) {
    if (!required.has(key)) {
      reject(
        context,
        `'required' is required to be supplied and to be an array including every key. Missing '${key}'.`,
      );
    }
    totals.properties += 1;
    totals.stringLength += key.length;
    checkNode(property, [...context, 'properties', key], depth + 1, totals, reject);
  }
  for (const key of required) if (!(key in properties)) reject(context, `Extra required key '${key}' supplied.`);
}

function checkEnum(
  node: Readonly<Record<string, unknown>>,
  context: readonly string[],
  totals: Totals,
  reject: Reject,
): void {
  if (!('enum' in node)) return;
  const parsed = z.array(z.unknown()).min(1).safeParse(node['enum']);
  if (!parsed.success) return reject(context, `enum must be a non-empty array.`);
  const values = parsed.data;
  if (new Set(values).size < values.length) reject(context, `enum values must be unique.`);
  const length = values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
  if (values.length > limits.longEnum && length > limits.longEnumStringLength) {
    reject(
      context,
      `an enum of more than ${limits.longEnum} values exceeds ${limits.longEnumStringLength} characters.`,
    );
  }
  totals.enumValues += values.length;
  totals.stringLength += length;
}
