/** zod, behind one module: the only one that imports it. */
import { z } from "zod";

export { z };

/** zod, as plugins get it. */
export type Zod = typeof z;

/** What checks options and knows their type: every schema of zod does. */
export interface Schema<Output> {
  /** Checks a value, and gives what it stands for, defaults filled in. */
  safeParse(value: unknown): Checked<Output>;
}

/** What a check came to. */
export type Checked<Output> =
  | { readonly success: true; readonly data: Output }
  | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };

/** One thing that is wrong with a value. */
export interface Issue {
  /** What kind of problem it is, such as `unrecognized_keys`. */
  readonly code: string;
  /** Where: keys and places in lists. */
  readonly path: readonly PropertyKey[];
  /** What is wrong. */
  readonly message: string;
}

/**
 * The JSON Schema of what a schema takes: draft 7, which editors support in full.
 *
 * @throws {TypeError} When it is no schema of zod.
 */
export function jsonSchemaOf(schema: Schema<unknown>): Record<string, unknown> {
  if (!(schema instanceof z.ZodType)) throw new TypeError("Cannot describe options: they are no schema of zod");
  return z.toJSONSchema(schema, { io: "input", target: "draft-7", unrepresentable: "any" });
}
