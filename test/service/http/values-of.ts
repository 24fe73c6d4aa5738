import fc from 'fast-check';
import { z } from 'zod';

/** Values of a schema, valid ones for the most part, made out of the schema itself. */
export function valuesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const { def } = schema;
  const pattern = stringPattern(schema);
  if (pattern)
    return fc.oneof({ weight: 4, arbitrary: fc.stringMatching(pattern) }, { weight: 1, arbitrary: anything });
  if (schema instanceof z.ZodOptional) return valuesOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodDefault) return valuesOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodNullable) return fc.option(valuesOf(schema.unwrap() as z.ZodType));
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodObject) return objectOf(schema);
  if (schema instanceof z.ZodArray) return fc.array(valuesOf(schema.element as z.ZodType), { maxLength: 4 });
  if (schema instanceof z.ZodArray) return fc.array(valuesOf(schema.element as z.ZodType), { maxLength: 3 });
  if (schema instanceof z.ZodUnion) return fc.oneof(...(schema.options as z.ZodType[]).map(valuesOf));
  if (def.type === 'unknown') return fc.jsonValue();
  if (def.type === 'boolean') return fc.boolean();
  if (def.type === 'string') return fc.string({ unit: 'binary', maxLength: 300 });
  if (def.type === 'number') return fc.oneof(fc.integer({ min: -10, max: 1_000 }), fc.double());
  throw new Error(`no values are known for a schema of type ${def.type}`);
}

const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null));

function objectOf(schema: z.ZodObject): fc.Arbitrary<unknown> {
  const shape = schema.shape as Record<string, z.ZodType>;
  const entries = Object.entries(shape).map(([key, one]) => [key, valuesOf(one)] as const);
  const requiredKeys = Object.entries(shape).flatMap(([key, one]) => (one.safeParse(undefined).success ? [] : [key]));
  return fc.record(Object.fromEntries(entries), { requiredKeys });
}

/** The pattern of a string schema, where it has exactly one that fast-check can make texts of. */
function stringPattern(schema: z.ZodType): RegExp | null {
  if (!(schema instanceof z.ZodString) && !(schema instanceof z.ZodISODateTime)) return null;
  const { pattern } = z.toJSONSchema(schema) as { pattern?: string };
  return pattern && !pattern.includes('(?') ? new RegExp(pattern) : null;
}
