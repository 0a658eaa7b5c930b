import { isPiped, PLACE_KINDS, type Reference } from "../../../oci/reference.ts";
import { OptionsError } from "../../../options/options_error.ts";
import { pluginOptions } from "../../../options/plugin_options.ts";
import { PUBLISHING } from "../../../options/publishing.ts";
import type { Kit, PluginBase } from "../../../pipeline/plugin.ts";
import { storeTarget } from "../../../pipeline/store_target.ts";
import { ownReference } from "../../../pipeline/target.ts";
import { storeAt } from "../../../places/open_store.ts";
import type { RegistryAccess } from "../../../places/registry_access.ts";
import type { Settings } from "../settings.ts";
import { fromList, type OpenTarget, type StageEntry, type TargetChoice, type WrittenEntry } from "./stage_entry.ts";

/** What `plugin list` and `plugin info` tell of a kind of target. It does not run: the work is done by a store. */
export type TargetKind = Omit<PluginBase<"upload", TargetChoice>, "run">;

/** The version that every kind has, as plugins have one. */
export const TARGET_VERSION = "1.0.0";

/** Tells whether a name is that of a kind of target, under which a configuration says how such targets are reached. */
export function isTargetKind(name: string): name is Reference["kind"] {
  return Object.hasOwn(PLACE_KINDS, name);
}

/** Describes a kind of target, with the options that can be configured. */
export function targetKind(name: Reference["kind"], { z }: Kit): TargetKind {
  const { kind: { least, most }, default: usual, field } = PUBLISHING.concurrency;
  const concurrency = z.int().min(least).max(most).default(usual).describe(field);
  return {
    name,
    version: TARGET_VERSION,
    apiVersion: 1,
    stage: "upload",
    description: PLACE_KINDS[name].pushed,
    options: name === "registry" ? z.strictObject({ concurrency }) : z.strictObject({}),
  };
}

/**
 * Where to: the targets that were named, in their order, then the upload plugins of the list. What the list says of a
 * kind that is built in only says how targets of that kind are reached.
 *
 * @param access The way to registries; nothing is uploaded without it.
 */
export function uploadEntries(
  settings: Settings,
  access: Pick<RegistryAccess, "store"> | undefined,
): readonly StageEntry[] {
  const { targets, wanted, positions, written } = settings;
  const entries = written.stages.upload ?? [];
  const named = wanted.last("targets")?.from;
  const reached = access === undefined ? [] : targets.map((reference, at): StageEntry => {
    const spec = reference.kind;
    const said = entries.find((entry) => isKind(entry) && entry.spec === spec);
    const from = named?.by === "caller" ? named.place : positions.at(["targets", at]);
    return {
      stage: "upload",
      spec,
      decidedBy: said === undefined ? from : `${from}, ${said.place}`,
      target: openTarget(reference, settings, access),
      // One entry may be about several targets, which cannot have one name.
      ...(said === undefined ? {} : { written: { ...said, id: undefined } }),
    };
  });
  return [
    ...reached,
    ...entries.filter((entry) => !isKind(entry)).map((entry) => fromList("upload", entry)),
    ...entries.flatMap((entry, at) => unusedEntry(entry, entries.slice(0, at), targets)),
  ];
}

function openTarget(reference: Reference, settings: Settings, access: Pick<RegistryAccess, "store">): OpenTarget {
  if (isPiped(reference)) {
    throw new OptionsError("Cannot push to oci-archive:-: push to oci-layout:DIR, and copy that to oci-archive:-");
  }
  const { immutable, force, wanted } = settings;
  const options = pluginOptions(wanted, `upload/${reference.kind}`);
  return async (chosen, name) => {
    const { concurrency = settings.concurrency }: TargetChoice = options({ ...chosen });
    const { store } = await storeAt(reference, { access, right: "push", concurrency });
    // A tag that a target's own reference asks for is as immutable as the others.
    return storeTarget(store, { name, concurrency, ...ownReference(reference, { immutable: immutable && !force }) });
  };
}

/** What says how targets are reached that are not among the targets is wrong all the same when its options are. */
function unusedEntry(
  entry: WrittenEntry,
  before: readonly WrittenEntry[],
  targets: readonly Reference[],
): readonly StageEntry[] {
  const { spec } = entry;
  if (!isKind(entry)) return [];
  const isRepeated = before.some((other) => other.spec === spec);
  if (!isRepeated && targets.some(({ kind }) => kind === spec)) return [];
  return [{
    ...fromList("upload", entry),
    onlyChecked: true,
    ...(isRepeated ? { problem: `says for the second time how ${spec} targets are reached` } : {}),
  }];
}

/** Whether an entry says how targets of a kind are reached, and is no plugin of the user's own. */
function isKind({ spec, factory }: WrittenEntry): boolean {
  return factory === undefined && isTargetKind(spec);
}
