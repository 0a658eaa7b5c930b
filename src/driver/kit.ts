import type { Kit } from "../pipeline/plugin.ts";
import type { Checked, Zod } from "../pipeline/schema.ts";

/** The versions of the contract that this gantry speaks. */
export const API_VERSIONS: readonly number[] = [1];

/** Makes what a plugin's factory gets. zod is loaded only now: to load it takes as long as a small plan. */
export async function createKit(): Promise<Kit> {
  const { z } = await import("../pipeline/schema.ts");
  return { apiVersion: 1, z, plugin: (plugin) => plugin };
}

/**
 * Makes a kit without zod: its schemas take any options as they are. For built-in plugins whose options gantry has put
 * together itself.
 */
export function uncheckedKit(): Kit {
  return { apiVersion: 1, z: anySchema() as Zod, plugin: (plugin) => plugin };
}

/** Whatever is read of it or called on it gives it again. */
function anySchema(): object {
  const safeParse = (data: unknown): Checked<unknown> => ({ success: true, data });
  const schema: object = new Proxy(() => {}, {
    get: (_target, key) => key === "safeParse" ? safeParse : schema,
    apply: () => schema,
  });
  return schema;
}
