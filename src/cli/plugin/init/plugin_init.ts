import { dirname, join, normalize } from "node:path";
import { CONFIG_NAMES } from "../../../options/config_names.ts";
import { whyUnreadable } from "../../../system/io_error.ts";
import { readSmallText } from "../../../system/read_small_file.ts";
import { CONFIG_SIZE_LIMIT } from "../../config/config_size_limit.ts";
import { isThere } from "../../config/is_there.ts";
import { EXIT } from "../../output/exit_code.ts";
import { createLog } from "../../output/log.ts";
import { UsageError } from "../../usage_error.ts";
import type { World } from "../../world.ts";
import { runPluginTest } from "../test.ts";
import { type AddedPlugin, addToConfig } from "./add_to_config.ts";
import { hasTemplate, pluginText, type TemplateLanguage, type TemplateStage } from "./templates.ts";
import { PLUGIN_TYPES } from "./types_text.ts";

/** The flags of `plugin init`. */
export interface PluginInitFlags {
  readonly stage: TemplateStage;
  readonly language: TemplateLanguage;
  readonly directory: string;
}

const ENDINGS: Readonly<Record<TemplateLanguage, string>> = { ts: ".ts", sh: ".sh", python: ".py" };

/**
 * `gantry plugin init`: writes a plugin that works, what it gives as a golden file, its types, and a configuration that
 * uses it. Nothing that is there is replaced.
 */
export async function runPluginInit(name: string, flags: PluginInitFlags, world: World): Promise<number> {
  const { stage, language, directory } = flags;
  const called = kebab(name);
  if (!hasTemplate(flags)) {
    throw new UsageError(`Cannot begin a plugin of ${stage} in ${language}: what packs is best written in TypeScript`);
  }
  const path = join(directory, `${called.replaceAll("-", "_")}${ENDINGS[language]}`);
  if (await isThere(path)) throw new UsageError(`Cannot write ${JSON.stringify(path)}: it exists`);
  const use = `${language === "ts" ? "" : "exec:"}./${path}`;
  const files = [
    { path, text: pluginText({ name: called, stage, language }), mode: language === "ts" ? 0o644 : 0o755 },
    ...(language === "ts" ? await typeFiles(directory) : []),
  ];
  const config = await configured({ stage, use }, directory);
  for (const file of files) await write(file);
  if (config.text !== undefined) await Deno.writeTextFile(config.path, config.text);
  // Made by the same run that will compare it later.
  const quiet: World = { ...world, stdout: () => {}, stderr: () => {} };
  await runPluginTest(use, { update: true }, quiet);
  const written = [...files.map((file) => file.path), ...(config.text === undefined ? [] : [config.path])];
  world.stdout([...written, `${path}.golden.json`].map((line) => `${line}\n`).join(""));
  const log = createLog(world, "normal");
  log.info(config.said);
  log.info(`\`gantry plugin test ${use}\` runs it on a few files, and \`gantry plan\` on yours`);
  return EXIT.done;
}

/** A plugin's name has dashes; who writes it as a file or a variable is called means the same. */
function kebab(name: string): string {
  const called = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").replaceAll("_", "-").toLowerCase();
  if (/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(called)) return called;
  throw new UsageError(
    `Cannot call a plugin ${
      JSON.stringify(name)
    }: write words of letters and digits with dashes between them, such as ` +
      "no-drafts",
  );
}

/** What becomes of the configuration that counts here. */
interface Configured {
  readonly path: string;
  /** The whole file; absent where it stays as it is. */
  readonly text?: string;
  /** What was done, or is left to do. */
  readonly said: string;
}

async function configured(plugin: AddedPlugin, directory: string): Promise<Configured> {
  const there = await firstThere(CONFIG_NAMES);
  // What publishes the directory around the plugins, and neither the plugins themselves nor what npm has installed.
  const ignore = [`/${normalize(directory)}/`, ...(await isThere("node_modules") ? ["node_modules/"] : [])];
  const begun = `${JSON.stringify({ source: ".", ignore }, undefined, 2)}\n`;
  const path = there ?? CONFIG_NAMES[0];
  const { place, entry, list, text } = addToConfig(there === undefined ? begun : await readText(path), path, plugin);
  if (list === undefined) {
    return { path, said: `${path} stays as it is: put ${JSON.stringify(entry)} into "${place}" to use it` };
  }
  const now = `"${place}": ${JSON.stringify(list)}`;
  if (text === undefined) return { path, said: `Write in ${path} ${now}` };
  const left = there === undefined ? `, and leaves out ${ignore.join(" and ")}` : "";
  return { path, text, said: `${path} has ${now}${left}` };
}

async function readText(path: string): Promise<string> {
  try {
    return await readSmallText(path, CONFIG_SIZE_LIMIT);
  } catch (cause) {
    throw new UsageError(`Cannot read configuration file ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isThere(path)) return path;
  return undefined;
}

/** The types, and where an editor finds them; neither where a configuration of Deno's is there already. */
async function typeFiles(directory: string): Promise<readonly { path: string; text: string; mode: number }[]> {
  const types = join(directory, "gantry.d.ts");
  const deno = join(directory, "deno.json");
  const imports = { "@gantry/gantry/plugin": "./gantry.d.ts", "zod": "npm:zod@4" };
  return [
    ...(await isThere(types) ? [] : [{ path: types, text: PLUGIN_TYPES, mode: 0o644 }]),
    ...(await isThere(deno)
      ? []
      : [{ path: deno, text: `${JSON.stringify({ imports }, undefined, 2)}\n`, mode: 0o644 }]),
  ];
}

async function write({ path, text, mode }: { path: string; text: string; mode: number }): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { createNew: true });
    await Deno.chmod(path, mode);
  } catch (cause) {
    throw new UsageError(`Cannot write ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
}
