import type { Reference } from "../../../oci/reference.ts";
import { REGISTRY_DEFAULTS } from "../../../registry/defaults.ts";
import type { Kit, PluginBase } from "../../../pipeline/plugin.ts";

/** What a configuration may choose about the targets of a kind. */
export interface TargetChoice {
  /** How many blobs are sent at a time. */
  readonly concurrency?: number;
}

/** What `plugin list` and `plugin info` tell of a kind of target. It does not run: the work is done by a store. */
export type TargetKind = Omit<PluginBase<"upload", TargetChoice>, "run">;

/** The kinds of targets that are built in, by the name under which a configuration says how they are reached. */
const TARGET_KINDS: Readonly<Record<Reference["kind"], (kit: Kit) => Pick<TargetKind, "description" | "options">>> = {
  registry: ({ z }) => ({
    description: "Pushes to a repository of a registry.",
    options: z.strictObject({
      concurrency: z.int().min(1).max(64).default(REGISTRY_DEFAULTS.concurrency).describe(
        "How many blobs are sent at a time.",
      ),
    }),
  }),
  "oci-layout": ({ z }) => ({
    description: "Writes to an OCI image layout in a directory.",
    options: z.strictObject({}),
  }),
  "oci-archive": ({ z }) => ({
    description: "Writes an OCI image layout in one tar.",
    options: z.strictObject({}),
  }),
};

/** The version that every kind has, as plugins have one. */
export const TARGET_VERSION = "1.0.0";

/** The names of the kinds, in the order of the table. */
export const TARGET_KIND_NAMES: readonly string[] = Object.keys(TARGET_KINDS);

/** Tells whether a name is that of a kind of target. */
export function isTargetKind(name: string): name is Reference["kind"] {
  return Object.hasOwn(TARGET_KINDS, name);
}

/** Describes a kind of target, with the options that can be configured. */
export function targetKind(name: Reference["kind"], kit: Kit): TargetKind {
  return { name, version: TARGET_VERSION, apiVersion: 1, stage: "upload", ...TARGET_KINDS[name](kit) };
}
