/**
 * Builds the documentation as a site: `deno task site [--check]` writes `dist/site`.
 *
 * The pages are those of `docs/`; the reference of commands and of the library is made from the code, as
 * `deno task reference` makes the tables in `docs/`. A link that leads nowhere fails the build. With `--check` the site
 * is opened in Chromium too: every page without an error in its console, narrow enough for a telephone, and found by
 * the search.
 *
 * It needs npm, which installs VitePress into the cache, and for `--check` Chromium.
 */
import { join } from "node:path";
import { createProgram } from "../src/cli/program.ts";
import { pagesOf } from "../src/cli/man/man_page.ts";
import { TOPICS } from "../src/cli/help/topics.ts";
import { topicPage } from "../src/cli/help/topic_page.ts";
import type { World } from "../src/cli/world.ts";
import { HOMEPAGE } from "../src/host/version.ts";

const OUT = "dist/site";

if (import.meta.main) {
  const tools = await installTools();
  const pages = await writePages(join(tools, "pages"));
  await run("npx", ["vitepress", "build", ".", "--outDir", join(Deno.cwd(), OUT)], tools);
  await run(Deno.execPath(), [
    "doc",
    "--html",
    "--name=gantry",
    `--output=${OUT}/api`,
    "mod.ts",
    "plugin.ts",
    "testing.ts",
  ]);
  await namePackage(join(OUT, "api"));
  if (Deno.args.includes("--check")) await run("node", ["check.mjs", join(Deno.cwd(), OUT), ...pages], tools);
  say(`${OUT} has ${pages.length} pages`);
}

/** Installs VitePress beside the configuration of the site, once for each version. */
async function installTools(): Promise<string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? ".", ".cache");
  const directory = join(cache, "gantry-site");
  await Deno.mkdir(join(directory, ".vitepress/theme"), { recursive: true });
  const theme = [".vitepress/theme/index.mjs", ".vitepress/theme/narrow.css"];
  for (const name of ["package.json", "check.mjs", ".vitepress/config.mjs", ...theme]) {
    await Deno.copyFile(join("site", name), join(directory, name));
  }
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], directory);
  // The compiler of VitePress is a program of its own, which its script would have put into place.
  await run("node", ["node_modules/esbuild/install.js"], directory);
  return directory;
}

/** Puts the pages together, and gives their names. */
async function writePages(directory: string): Promise<readonly string[]> {
  await Deno.remove(directory, { recursive: true }).catch(() => {});
  await Deno.mkdir(directory, { recursive: true });
  const names: string[] = [];
  for await (const { name } of Deno.readDir("docs")) {
    const path = join("docs", name);
    if (name.endsWith(".svg")) await Deno.copyFile(path, join(directory, name));
    if (!name.endsWith(".md")) continue;
    await Deno.writeTextFile(join(directory, name), rehomed(await Deno.readTextFile(path)));
    names.push(name.slice(0, -".md".length));
  }
  await Deno.writeTextFile(join(directory, "commands.md"), commandPage());
  return [...names, "commands"].sort();
}

/** Links to files that are no page of the site lead to the repository. */
function rehomed(text: string): string {
  return text.replaceAll(/\]\(\.\.\/([^)\s]+)\)/g, (_, path: string) => `](${HOMEPAGE}/blob/main/${path})`)
    .replaceAll(/\]\((schemas\/[^)\s]+)\)/g, (_, path: string) => `](${HOMEPAGE}/blob/main/docs/${path})`);
}

/** The help of every command, which stands in no file. */
function commandPage(): string {
  // Nothing runs, so nothing of a world is used: the declarations are all that is looked at.
  const program = createProgram({} as World, () => {});
  const commands = pagesOf(program).map((command) => {
    const words: string[] = [];
    for (let each: typeof command | null = command; each !== null; each = each.parent) words.unshift(each.name());
    return `## ${words.join(" ")}\n\n\`\`\`text\n${command.helpInformation().trimEnd()}\n\`\`\`\n`;
  });
  const topics = TOPICS.map((topic) =>
    `## gantry help ${topic}\n\n\`\`\`text\n${topicPage(topic, program).trimEnd()}\n\`\`\`\n`
  );
  return `# Commands and flags\n\nWhat \`gantry help COMMAND\` prints.\n\n${[...commands, ...topics].join("\n")}`;
}

/** `deno doc` shows imports by the name of an export, where readers write that of the package. */
async function namePackage(directory: string): Promise<void> {
  for (const [folder, exported] of [["", "."], ["plugin", "plugin"], ["testing", "testing"]] as const) {
    const symbols = join(directory, folder, "~");
    for await (const { name } of Deno.readDir(symbols)) {
      const text = await Deno.readTextFile(join(symbols, name));
      const shown = text.replaceAll(
        `from &quot;${exported}&quot;`,
        `from &quot;${join("@gantry/gantry", folder)}&quot;`,
      );
      await Deno.writeTextFile(join(symbols, name), shown);
    }
  }
}

async function run(command: string, args: readonly string[], cwd = "."): Promise<void> {
  const { success } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot build the site: ${command} ${args[0]} failed`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
