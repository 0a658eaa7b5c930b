import { parseDuration } from "../../options/kind.ts";
import type { Configuration } from "../../verbs/publish/publish_options.ts";
import { sourceDirectory } from "../../verbs/publish/source_path.ts";
import type { Log } from "../../work/context.ts";
import type { PublishFlags } from "../publish/commands.ts";
import type { World } from "../world.ts";
import { configHere, findConfig, type FoundConfig } from "./find_config.ts";
import { refuseUntrustedFiles } from "./refuse_untrusted_files.ts";

/** Finds and reads the configuration file. */
export async function readConfiguration(
  source: string | undefined,
  flags: Pick<PublishFlags, "config">,
  { world, log }: { readonly world: World; readonly log: Log },
): Promise<Configuration | undefined> {
  const found = await findConfig({
    ...(source === undefined ? {} : { source: await sourceDirectory(source) }),
    ...(flags.config === undefined ? {} : { explicit: flags.config }),
    readEnv: world.declaredEnv,
  });
  // Whoever can change that file decides what is published where: nobody should wonder which file it was.
  if (found !== undefined && flags.config === undefined) log.info(`Configuration: ${found.path}`);
  // Whoever has written one, and named a directory below, would wonder why nothing of it happens.
  const unused = found === undefined && source !== undefined && flags.config === undefined && await configHere();
  if (unused) log.info(`${unused} is not that of ${source}, and does not count; --config ${unused} takes it`);
  return found && configurationOf(found);
}

/** Says what a configuration file says, in the words of the verbs. */
export function configurationOf(found: FoundConfig): Configuration {
  const { path, config: { timeout, ...config }, positions } = found;
  return {
    path,
    values: { ...config, ...(timeout === undefined ? {} : { timeout: parseDuration(timeout) }) },
    positions,
    allow: (files, log) => refuseUntrustedFiles(found, files, log),
  };
}
