/**
 * Makes the npm package: `deno task release:npm` writes `dist/npm/gantry-gantry-VERSION.tgz`.
 *
 * It holds the bundled program and library, which run under the npm package `deno`, their types, and a launcher.
 * `npm install -g` of the file gives the command `gantry`, and `npm publish` takes the file as it is. The same checkout
 * gives the same bytes.
 */
import { HOMEPAGE, VERSION } from "../../src/host/version.ts";
import { type TarEntry, writeTar } from "../../src/oci/tar/write.ts";
import { readTar } from "../../src/oci/tar/read.ts";
import { gzip } from "../../src/pack/gzip.ts";
import { bundleProgram, PROGRAM } from "../bundle_program.ts";

const DIRECTORY = "dist/npm";
/** What others import: the same modules that `deno.json` exports. */
const LIBRARY = ["mod.ts", "plugin.ts", "testing.ts"] as const;

if (import.meta.main) {
  const path = await writeNpmPackage(DIRECTORY);
  Deno.stdout.writeSync(new TextEncoder().encode(`${path}\n`));
}

/**
 * Writes the package.
 *
 * @param directory Where it goes.
 * @returns Its path.
 * @throws {Error} When this Deno cannot bundle.
 */
export async function writeNpmPackage(directory: string): Promise<string> {
  const bundle = `${directory}/program`;
  const program = await bundleProgram({ ...PROGRAM, library: LIBRARY, directory: bundle });
  if (program === undefined) throw new Error("Cannot make the npm package: this Deno cannot bundle");
  const { permissions } = JSON.parse(await Deno.readTextFile("deno.json"));
  const types = await declarations(`${directory}/declarations.tgz`);
  const files = new Map<string, string | Uint8Array<ArrayBuffer>>([
    ["package.json", json(await manifest({ hasTypes: types.length > 0 }))],
    ["README.md", await Deno.readTextFile("README.md")],
    ["LICENSE", await Deno.readTextFile("LICENSE")],
    ["gantry.cjs", await Deno.readTextFile("scripts/release/npm_launcher.cjs")],
    // Packages are where npm put them, and Deno need not read what a command does not use.
    ["program/deno.json", json({ permissions, nodeModulesDir: "manual", unstable: ["lazy-dynamic-imports"] })],
    ...types,
  ]);
  for await (const { name } of Deno.readDir(bundle)) {
    if (name.endsWith(".js")) files.set(`program/${name}`, await Deno.readFile(`${bundle}/${name}`));
  }
  const path = `${directory}/gantry-gantry-${VERSION}.tgz`;
  const entries = [...files].sort(([a], [b]) => a < b ? -1 : 1).map(([name, content]) => entry(name, content));
  await Deno.writeFile(path, ReadableStream.from(gzip(writeTar(entries), { level: 9 })));
  return path;
}

/** The types of all that the package exports, as Deno makes them for npm; none where this Deno does not. */
async function declarations(
  path: string,
): Promise<readonly (readonly [name: string, text: Uint8Array<ArrayBuffer>])[]> {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  if (major === 2 && minor < 9) {
    say("This Deno makes no types for npm, so the npm package has none: take Deno 2.9 or newer");
    return [];
  }
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", path],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot make the types of the npm package: ${new TextDecoder().decode(stderr)}`);
  const packed = await Deno.readFile(path);
  await Deno.remove(path);
  const found: [string, Uint8Array<ArrayBuffer>][] = [];
  const explain = (cause: unknown): Error => new Error("Cannot read what deno pack has written", { cause });
  for await (const { name, body } of readTar(new Blob([packed]).stream(), { explain })) {
    if (!name.endsWith(".d.ts")) continue;
    found.push([name.replace(/^package\//, "types/"), await new Response(ReadableStream.from(body)).bytes()]);
  }
  return found;
}

async function manifest({ hasTypes }: { readonly hasTypes: boolean }): Promise<unknown> {
  const { imports } = JSON.parse(await Deno.readTextFile("deno.json"));
  // The types are made with zod, which the program brings with it.
  const external = [...PROGRAM.external, "zod"].map((name) => [name, imports[name].replace(/^npm:.*@/, "")]);
  const exported = (name: string): unknown => ({
    ...(hasTypes ? { types: `./types/${name}.d.ts` } : {}),
    default: `./program/${name}.js`,
  });
  return {
    name: "@gantry/gantry",
    version: VERSION,
    description: "Package a directory as an OCI artifact and publish it to registries and OCI image layouts",
    keywords: ["oci", "registry", "artifact", "flux", "helm", "timoni", "conftest", "supply-chain"],
    license: "Apache-2.0",
    homepage: HOMEPAGE,
    repository: { type: "git", url: `git+${HOMEPAGE}.git` },
    bin: { gantry: "gantry.cjs" },
    exports: {
      ".": exported("mod"),
      "./cli": "./program/main.js",
      "./plugin": exported("plugin"),
      "./testing": exported("testing"),
      "./package.json": "./package.json",
    },
    engines: { node: ">=18" },
    dependencies: Object.fromEntries([["deno", await denoVersion()], ...external]),
  };
}

/** The Deno that gantry is tested with: the launcher asks it for more than its command line. */
async function denoVersion(): Promise<string> {
  const version = /^DENO_VERSION=(\S+)$/m.exec(await Deno.readTextFile(".ci/versions.env"))?.[1];
  if (version === undefined) throw new Error("Cannot read .ci/versions.env: it has no DENO_VERSION");
  return version;
}

function entry(name: string, content: string | Uint8Array<ArrayBuffer>): TarEntry {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    // npm wants everything below one directory.
    name: `package/${name}`,
    type: "file",
    mode: name === "gantry.cjs" ? 0o755 : 0o644,
    size: bytes.byteLength,
    open: () => ReadableStream.from([bytes]),
  };
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
