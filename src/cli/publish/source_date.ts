import { CREATED_ANNOTATION } from "../../oci/annotation_keys.ts";
import { bytesContent } from "../../oci/bytes_content.ts";
import { EMPTY_MEDIA_TYPE } from "../../oci/media_types.ts";
import { type Context, SILENT_LOG } from "../../work/context.ts";
import { prepare } from "../../driver/prepare.ts";
import { env } from "../../plugins/annotate/env.ts";
import { git } from "../../plugins/annotate/git.ts";
import { sourceDirectory } from "./collector_for.ts";
import { pluginHost } from "./stages/plugin_host.ts";
import { readEvent } from "../../plugins/annotate/read_event.ts";
import type { Settings } from "./settings.ts";
import type { World } from "../world.ts";

/**
 * Says which time plugins take for now: that of `--created` or of the configuration, else `SOURCE_DATE_EPOCH`, else the
 * time of the commit as the CI system or git know it; never the clock.
 */
export async function sourceDate(
  { annotations, source }: Pick<Settings, "annotations" | "source">,
  world: World,
  context: Context,
): Promise<Date | undefined> {
  const given = annotations[CREATED_ANNOTATION];
  if (given !== undefined) return new Date(given.value);
  // What is wrong with git or the CI's variables is said once, by the annotate stage.
  const host = pluginHost(world, { mode: "plan", log: SILENT_LOG });
  const config = bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}")).descriptor;
  const directory = await sourceDirectory(source);
  for (const factory of [env({ readEvent, directory }), git({ directory })]) {
    const { plugin } = await prepare<"annotate">(factory, { options: { revision: "commit" }, checked: true }, host);
    const known = await plugin?.run({ entries: [], config, layers: [], known: {} }, {
      ...context,
      log: SILENT_LOG,
    });
    const created = known?.set[CREATED_ANNOTATION];
    if (created !== undefined) return new Date(typeof created === "string" ? created : created.value);
  }
  return undefined;
}
