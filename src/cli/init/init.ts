import { join } from "node:path";
import { whyUnreadable } from "../../system/io_error.ts";
import type { ProfileName } from "../../profiles/profiles.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput, type OutputFormat } from "../output/format_output.ts";
import { distrustOf } from "../config/distrust_of.ts";
import { shellLine } from "../habits/shell_line.ts";
import { isThere } from "../config/is_there.ts";
import { createLog } from "../output/log.ts";
import { type ChosenProfile, detectProfile, namedProfile, profileLine } from "../../verbs/publish/choose_profile.ts";
import { spellFlag } from "../spell_flag.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import { initialConfig } from "./initial_config.ts";
import { initialIgnores } from "./initial_ignores.ts";
import { suggestTarget } from "./suggest_target.ts";

/** The flags of `init`. */
export interface InitFlags {
  readonly profile?: ProfileName;
  readonly force?: boolean;
  readonly output?: OutputFormat;
}

/** What `gantry init -o json` prints. */
export interface InitResult {
  /** What will be published. */
  readonly directory: string;
  /** Which shape it gets. */
  readonly profile: string;
  /** Why this profile. */
  readonly profileBecause: string;
  /** Where it would go, when that could be guessed. */
  readonly target?: string;
  /** The files that were written. */
  readonly written: readonly string[];
}

/** `gantry init`: writes a configuration file that fits a directory, and an ignore file where one is of use. */
export async function runInit(directory: string, flags: InitFlags, world: World): Promise<number> {
  await checkDirectory(directory);
  const log = createLog(world, "normal");
  const chosen: ChosenProfile = flags.profile === undefined
    ? await detectProfile(directory)
    : await namedProfile(flags.profile);
  const { name, because } = chosen;
  const target = await suggestTarget(directory);
  const ignores = await initialIgnores(directory);
  // In the configuration, since an ignore file of the user's own stays as it is.
  const ignore = await isThere(join(directory, "node_modules")) ? ["node_modules/"] : [];
  const files = [
    { path: join(directory, "gantry.jsonc"), text: initialConfig({ profile: name, because, target, ignore }) },
    ...(ignores === undefined ? [] : [{ path: join(directory, ".gantryignore"), text: ignores }]),
  ];
  await refuseOthers(directory);
  const [config] = files;
  if (config !== undefined && !flags.force && await isThere(config.path)) throw overwriting(config.path);
  const written: string[] = [];
  for (const { path, text } of files) {
    // An ignore file of the user's own says more than a suggestion.
    if (!flags.force && await isThere(path)) continue;
    await write(path, text, { overwrite: flags.force ?? false });
    written.push(path);
  }
  log.info(profileLine(chosen, spellFlag));
  if (ignore.length > 0) log.info(`gantry.jsonc leaves out ${ignore.join(" and ")}`);
  // One that is found by itself need not be named.
  const isNamed = config !== undefined && await distrustOf(config.path) !== undefined;
  const line = shellLine(["gantry", "plan", directory, ...(isNamed ? ["--config", config.path] : [])]);
  log.info(`\`${line}\` shows what a push would publish`);
  const format = flags.output ?? "text";
  const report: InitResult = {
    directory,
    profile: name,
    profileBecause: because,
    ...(target && { target: target.url }),
    written,
  };
  world.stdout(format === "text" ? written.map((path) => `${path}\n`).join("") : await formatOutput(report, format));
  return EXIT.done;
}

async function checkDirectory(directory: string): Promise<void> {
  try {
    if (!(await Deno.stat(directory)).isDirectory) throw new TypeError("it is no directory");
  } catch (cause) {
    throw new UsageError(`Cannot write into ${JSON.stringify(directory)}: ${whyUnreadable(cause)}`, { cause });
  }
}

/** Of two configuration files neither would count. */
async function refuseOthers(directory: string): Promise<void> {
  for (const name of ["gantry.json", "gantry.yaml", "gantry.yml"]) {
    const path = join(directory, name);
    if (await isThere(path)) {
      throw new UsageError(`Cannot write a gantry.jsonc: there is ${JSON.stringify(path)} already`);
    }
  }
}

function overwriting(path: string): UsageError {
  return new UsageError(`Cannot write ${JSON.stringify(path)}: it exists, and only --force replaces it`);
}

async function write(path: string, text: string, { overwrite }: { readonly overwrite: boolean }): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, overwrite ? {} : { createNew: true });
  } catch (cause) {
    throw new Error(`Cannot write ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
}
