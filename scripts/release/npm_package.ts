/**
 * Makes the npm package: `deno task release:npm` writes `dist/npm/gantry-gantry-VERSION.tgz`.
 *
 * It holds the bundled program, which runs under the npm package `deno`, and a launcher. `npm install -g` of the file
 * gives the command `gantry`, and `npm publish` takes the file as it is. The same checkout gives the same bytes.
 */
import { basename } from "node:path";
import { HOMEPAGE, VERSION } from "../../src/host/version.ts";
import { type TarEntry, writeTar } from "../../src/oci/tar/write.ts";
import { gzip } from "../../src/pack/gzip.ts";
import { bundleProgram, PROGRAM } from "../bundle_program.ts";

const DIRECTORY = "dist/npm";

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
  const program = await bundleProgram({ ...PROGRAM, directory: bundle });
  if (program === undefined) throw new Error("Cannot make the npm package: this Deno cannot bundle");
  const { permissions } = JSON.parse(await Deno.readTextFile("deno.json"));
  const files = new Map<string, string | Uint8Array<ArrayBuffer>>([
    ["package.json", json(await manifest())],
    ["README.md", await Deno.readTextFile("README.md")],
    ["LICENSE", await Deno.readTextFile("LICENSE")],
    ["gantry.cjs", await Deno.readTextFile("scripts/release/npm_launcher.cjs")],
    // Packages are where npm put them.
    ["program/deno.json", json({ permissions, nodeModulesDir: "manual" })],
  ]);
  for await (const { name } of Deno.readDir(bundle)) {
    if (name.endsWith(".js")) files.set(`program/${name}`, await Deno.readFile(`${bundle}/${name}`));
  }
  const path = `${directory}/gantry-gantry-${VERSION}.tgz`;
  const entries = [...files].sort(([a], [b]) => a < b ? -1 : 1).map(([name, content]) => entry(name, content));
  await Deno.writeFile(path, ReadableStream.from(gzip(writeTar(entries), { level: 9 })));
  return path;
}

async function manifest(): Promise<unknown> {
  const { imports } = JSON.parse(await Deno.readTextFile("deno.json"));
  const external = PROGRAM.external.map((name) => [name, basename(imports[name]).slice(basename(name).length + 1)]);
  return {
    name: "@gantry/gantry",
    version: VERSION,
    description: "Package a directory as an OCI artifact and publish it to registries and OCI image layouts",
    keywords: ["oci", "registry", "artifact", "flux", "helm", "timoni", "conftest", "supply-chain"],
    license: "Apache-2.0",
    homepage: HOMEPAGE,
    repository: { type: "git", url: `git+${HOMEPAGE}.git` },
    bin: { gantry: "gantry.cjs" },
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

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
