import { z } from "zod";

/** The keys that an object at a path of what a schema describes may have. */
export function schemaKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  let shapes = variants(schema);
  for (const part of path) shapes = shapes.flatMap((shape) => childOf(shape, part)).flatMap(variants);
  return [...new Set(shapes.flatMap((shape) => shape instanceof z.ZodObject ? Object.keys(shape.shape) : []))];
}

/** What a schema is below its wrappers: several for a union. */
function variants(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(variants);
  if (
    schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional || schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly
  ) return variants(schema.def.innerType);
  return [schema];
}

function childOf(schema: z.core.$ZodType, part: PropertyKey): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).filter(([key]) => key === part).map(([, value]) => value);
  }
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodTuple) return [schema.def.items[Number(part)]].filter((item) => item !== undefined);
  return [];
}
