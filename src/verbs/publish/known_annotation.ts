import { type FactoryOf, prepare } from "../../driver/prepare.ts";
import { bytesContent } from "../../oci/bytes_content.ts";
import { EMPTY_MEDIA_TYPE } from "../../oci/media_types.ts";
import { type Context, SILENT_LOG } from "../../work/context.ts";
import type { Machine } from "./machine.ts";
import type { Settings } from "./settings.ts";
import type { Annotators } from "./stages/annotate.ts";
import { pluginHost } from "./stages/plugin_host.ts";

/**
 * Says what an annotation will be for those who need it before there are annotations, such as the time that stands for
 * now: what was given, else what the CI system or git know.
 *
 * Those two are asked what the annotate stage will ask them again, and look once: see `askedOnce`.
 */
export async function knownAnnotation(
  key: string,
  { annotations, written }: Pick<Settings, "annotations" | "written">,
  { annotators, machine, context }: {
    readonly annotators: Annotators;
    readonly machine: Pick<Machine, "env">;
    readonly context: Context;
  },
): Promise<string | undefined> {
  const known = new Map(Object.entries(annotations));
  // What is wrong with git or the CI's variables is said once, by the annotate stage.
  const host = pluginHost(machine, { mode: "plan", log: SILENT_LOG });
  const config = bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}")).descriptor;
  for (const spec of ["env", "git"] as const) {
    if (known.has(key)) break;
    const { factory, options } = annotators[spec];
    const entry = written.stages.annotate?.find((entry) => entry.spec === spec);
    const use = { options: options(entry?.options), checked: true };
    const { plugin } = await prepare<"annotate">(factory as FactoryOf<"annotate">, use, host);
    const input = { entries: [], config, layers: [], known: Object.fromEntries(known) };
    const found = await plugin?.run(input, { ...context, log: SILENT_LOG });
    for (const [name, value] of Object.entries(found?.set ?? {})) {
      if (!known.has(name)) known.set(name, typeof value === "string" ? { value, from: spec } : value);
    }
  }
  return known.get(key)?.value;
}
