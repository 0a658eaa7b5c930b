import { type FactoryOf, prepare } from "../../driver/prepare.ts";
import { CREATED_ANNOTATION } from "../../oci/annotation_keys.ts";
import { bytesContent } from "../../oci/bytes_content.ts";
import { EMPTY_MEDIA_TYPE } from "../../oci/media_types.ts";
import type { Attributed } from "../../pipeline/values.ts";
import { type Context, SILENT_LOG } from "../../work/context.ts";
import type { Machine } from "./machine.ts";
import type { Settings } from "./settings.ts";
import type { Annotators } from "./stages/annotate.ts";
import { pluginHost } from "./stages/plugin_host.ts";

/**
 * Says which time plugins take for now: that of the option `created` or of the annotations, else `SOURCE_DATE_EPOCH`,
 * else the time of the commit as the CI system or git know it; never the clock.
 *
 * Those two are asked what the annotate stage will ask them again, and look once: see `askedOnce`.
 */
export async function sourceDate(
  { annotations, written }: Pick<Settings, "annotations" | "written">,
  annotators: Annotators,
  { machine, context }: { readonly machine: Pick<Machine, "env">; readonly context: Context },
): Promise<Date | undefined> {
  const known = new Map(Object.entries(annotations));
  // What is wrong with git or the CI's variables is said once, by the annotate stage.
  const host = pluginHost(machine, { mode: "plan", log: SILENT_LOG });
  const config = bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}")).descriptor;
  for (const spec of ["env", "git"] as const) {
    const created = known.get(CREATED_ANNOTATION);
    if (created !== undefined) return new Date(created.value);
    const { factory, options } = annotators[spec];
    const entry = written.stages.annotate?.find((entry) => entry.spec === spec);
    const use = { options: options(entry?.options), checked: true };
    const { plugin } = await prepare<"annotate">(factory as FactoryOf<"annotate">, use, host);
    const input = { entries: [], config, layers: [], known: Object.fromEntries(known) };
    const found = await plugin?.run(input, { ...context, log: SILENT_LOG });
    for (const [key, value] of Object.entries(found?.set ?? {})) {
      if (!known.has(key)) known.set(key, typeof value === "string" ? { value, from: spec } : value);
    }
  }
  const created: Attributed | undefined = known.get(CREATED_ANNOTATION);
  return created && new Date(created.value);
}
