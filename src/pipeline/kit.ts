import type { Kit } from "./plugin.ts";

/** The versions of the contract that this gantry speaks. */
export const API_VERSIONS: readonly number[] = [1];

/** Makes what a plugin's factory gets. zod is loaded only now: a run without options to check does not need it. */
export async function createKit(): Promise<Kit> {
  const { z } = await import("./schema.ts");
  return { apiVersion: 1, z, plugin: (plugin) => plugin };
}
