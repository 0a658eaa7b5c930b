/**
 * Builds what `gantry plugin types` prints: `deno task build:types` writes `src/cli/plugin/init/types_text.ts`, all
 * types of the contract in one declaration file, for those who write plugins without a checkout of gantry.
 *
 * It needs npm, which installs dts-bundle-generator into a directory that is removed again. A test holds the result to
 * be the same contract, so it has to run only when that fails.
 */
import { join } from "node:path";

const OUT = "src/cli/plugin/init/types_text.ts";
const PACKAGES = ["dts-bundle-generator@9.5.1", "typescript@5.9.3", "@types/node@24.10.1"] as const;

const HEADER = `// The types of gantry's plugins, as \`gantry plugin types\` prints them. In your deno.json:
//   "imports": { "@gantry/gantry/plugin": "./gantry.d.ts", "zod": "npm:zod@4" }
`;

if (import.meta.main) {
  const zod: string = JSON.parse(await Deno.readTextFile("deno.json")).imports.zod.slice("npm:".length);
  const directory = await Deno.makeTempDir({ prefix: "gantry-types-" });
  try {
    await Deno.writeTextFile(join(directory, "package.json"), '{ "private": true }');
    await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...PACKAGES, zod], directory);
    await Deno.writeTextFile(join(directory, "tsconfig.json"), JSON.stringify(settings(directory)));
    const bundle = ["--project", "tsconfig.json", "--no-check", "--no-banner", "--external-imports", "zod"];
    await run("npx", ["dts-bundle-generator", ...bundle, "-o", "out.d.ts", join(Deno.cwd(), "plugin.ts")], directory);
    const text = onlyTypes(await Deno.readTextFile(join(directory, "out.d.ts")));
    await Deno.writeTextFile(OUT, moduleOf(`${HEADER}${text}`));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The compiler finds packages beside this project's files only, which has none. */
function settings(directory: string): unknown {
  return {
    compilerOptions: {
      target: "ESNext",
      module: "ESNext",
      moduleResolution: "bundler",
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      lib: ["ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      typeRoots: [join(directory, "node_modules/@types")],
      types: ["node"],
      baseUrl: directory,
      paths: { zod: ["node_modules/zod"] },
    },
    files: [join(Deno.cwd(), "plugin.ts")],
  };
}

/** The modules have functions too; of these the contract passes on nothing. */
function onlyTypes(text: string): string {
  return text
    .replaceAll(/(?:\/\*\*(?:(?!\*\/).)*\*\/\n)?export declare (?:function|const) (?:[^;{]|\{[^}]*\})*;\n/gs, "")
    .replace("import { z } from 'zod';", 'import type { z } from "zod";')
    .replace("\nexport {};", "")
    .replaceAll("\t", "  ");
}

/** In one line, so that nobody takes what is in it for declarations of this project. */
function moduleOf(text: string): string {
  const what = "/** What `gantry plugin types` prints; made by `deno task build:types`. */";
  return `${what}\nexport const PLUGIN_TYPES: string = ${JSON.stringify(`${text.trimEnd()}\n`)};\n`;
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args: [...args], cwd, stdin: "null" }).output();
  if (!success) throw new Error(`Cannot build the types: ${command} failed\n${new TextDecoder().decode(stderr)}`);
}
