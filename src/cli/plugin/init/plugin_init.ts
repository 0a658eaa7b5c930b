import { dirname, join, normalize } from "node:path";
import { whyUnreadable } from "../../../system/io_error.ts";
import { isThere } from "../../config/is_there.ts";
import { EXIT } from "../../output/exit_code.ts";
import { createLog } from "../../output/log.ts";
import { UsageError } from "../../usage_error.ts";
import type { World } from "../../world.ts";
import { runPluginTest } from "../test.ts";
import { hasTemplate, pluginText, type TemplateLanguage, type TemplateStage } from "./templates.ts";
import { PLUGIN_TYPES } from "./types_text.ts";

/** The flags of `plugin init`. */
export interface PluginInitFlags {
  readonly stage: TemplateStage;
  readonly language: TemplateLanguage;
  readonly directory: string;
}

const ENDINGS: Readonly<Record<TemplateLanguage, string>> = { ts: ".ts", sh: ".sh", python: ".py" };
const CONFIGS = ["gantry.jsonc", "gantry.json", "gantry.yaml", "gantry.yml"] as const;

/**
 * `gantry plugin init`: writes a plugin that works, what it gives as a golden file, its types, and a configuration that
 * uses it. Nothing that is there is replaced.
 */
export async function runPluginInit(name: string, flags: PluginInitFlags, world: World): Promise<number> {
  const { stage, language, directory } = flags;
  checkName(name);
  if (!hasTemplate(flags)) {
    throw new UsageError(`Cannot begin a plugin of ${stage} in ${language}: what packs is best written in TypeScript`);
  }
  const path = join(directory, `${name.replaceAll("-", "_")}${ENDINGS[language]}`);
  if (await isThere(path)) throw new UsageError(`Cannot write ${JSON.stringify(path)}: it exists`);
  const use = `${language === "ts" ? "" : "exec:"}./${path}`;
  const config = await firstThere(CONFIGS);
  const files = [
    { path, text: pluginText({ name, stage, language }), mode: language === "ts" ? 0o644 : 0o755 },
    ...(language === "ts" ? await typeFiles(directory) : []),
    ...(config === undefined
      ? [{ path: "gantry.jsonc", text: configText(directory, pipelineOf(stage, use)), mode: 0o644 }]
      : []),
  ];
  for (const file of files) await write(file);
  // Made by the same run that will compare it later.
  const quiet: World = { ...world, stdout: () => {}, stderr: () => {} };
  await runPluginTest(use, { update: true }, quiet);
  world.stdout([...files.map((file) => file.path), `${path}.golden.json`].map((line) => `${line}\n`).join(""));
  const log = createLog(world, "normal");
  if (config !== undefined) log.info(`Add to ${config}: ${JSON.stringify({ pipeline: pipelineOf(stage, use) })}`);
  log.info(`\`gantry plugin test ${use}\` runs it on a few files, and \`gantry plan\` on yours`);
  return EXIT.done;
}

function checkName(name: string): void {
  if (/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) return;
  throw new UsageError(
    `Cannot call a plugin ${JSON.stringify(name)}: write words of small letters and digits with dashes between them, ` +
      "such as no-drafts",
  );
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

/** Where the plugin stands, with what gantry has there by itself. */
function pipelineOf(stage: TemplateStage, use: string): unknown {
  switch (stage) {
    case "collect":
      return { collect: ["directory", use] };
    case "filter":
      return { filter: ["ignore", use] };
    case "archive":
      return { archive: [use] };
    case "annotate":
      return { annotate: [use, "env", "git"] };
    case "tag":
      return { tag: ["version", "latest", use] };
    case "before:archive":
      return { custom: [{ before: "archive", use }] };
    case "after:tag":
      return { custom: [{ after: "tag", use }] };
  }
}

/** What publishes the directory around the plugins, and not the plugins themselves. */
function configText(directory: string, pipeline: unknown): string {
  return `${JSON.stringify({ source: ".", ignore: [`/${normalize(directory)}/`], pipeline }, undefined, 2)}\n`;
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
