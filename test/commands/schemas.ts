/** Checks JSON against the schemas that are published, and against those of foreign formats. */
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { readSchema } from '../../src/format/database/schema.js';
import { sarifSchema } from './sarif-schema.js';
import { speedscopeSchema } from './speedscope-schema.js';

export type SchemaName =
  | 'info'
  | 'top'
  | 'tree'
  | 'heat'
  | 'dump'
  | 'diff'
  | 'verify'
  | 'sql'
  | 'ps'
  | 'batch'
  | 'speedscope'
  | 'sarif';

const foreign = { speedscope: speedscopeSchema, sarif: sarifSchema };
const compiled = new Map<SchemaName, ValidateFunction>();

/** Fails the test where `value` does not fit, or has a field that the schema does not mention. */
export function expectSchema(name: SchemaName, value: unknown): void {
  let validate = compiled.get(name);
  if (validate === undefined) {
    const schema =
      name === 'speedscope' || name === 'sarif'
        ? foreign[name]
        : JSON.parse(readSchema(`${name}.schema.json`));
    validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(closed(schema));
    compiled.set(name, validate);
  }
  const isValid = validate(value);
  expect({ isValid, errors: validate.errors?.slice(0, 5) ?? [] }).toEqual({ isValid: true, errors: [] });
}

/** The same schema, allowing nothing that it does not name: a field without documentation is a mistake of ours. */
function closed(schema: AnySchemaObject): AnySchemaObject {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, copy(inner)]);
    const object: Record<string, unknown> = Object.fromEntries(entries);
    if (object.properties !== undefined && object.type === 'object') object.additionalProperties ??= false;
    return object;
  };
  return copy(schema) as AnySchemaObject;
}
