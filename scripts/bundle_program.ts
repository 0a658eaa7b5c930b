import { basename, join } from "node:path";

/** A program in one directory. */
export interface BundledProgram {
  /** What it begins with. */
  readonly entry: string;
  /** Where the permissions stand. */
  readonly config: string;
  /** What belongs to it and is imported by nothing. */
  readonly included: readonly string[];
}

/** What is bundled. */
export interface BundleOptions {
  /** The module that the program begins with. */
  readonly entry: string;
  /** Modules beside it that others import. */
  readonly library?: readonly string[];
  /** The modules of its workers, which nothing imports. */
  readonly workers: readonly string[];
  /** What the program names by a place relative to one of its modules, and where it is relative to the bundle. */
  readonly moved: Readonly<Record<string, string>>;
  /** Packages that stay as they are, because they look for files of their own; they need no others. */
  readonly external: readonly string[];
  /** Where the bundle goes; what stands there is removed. */
  readonly directory: string;
}

/** gantry itself, as the binary and the npm package have it. */
export const PROGRAM: Omit<BundleOptions, "directory"> = {
  entry: "main.ts",
  workers: ["src/pack/deflate/deflate_worker.ts", "src/cli/process/watchdog_worker.ts"],
  moved: { "../../../dist/plugins/": "./plugins/" },
  external: ["@swc/wasm-typescript"],
};

/**
 * Makes one minified program of all modules, with a file of its own for what is loaded only when it is needed. It
 * starts in a third of the time that hundreds of modules take, and the packages that it uses are in it and nothing else
 * of them.
 *
 * @returns `undefined` where this Deno cannot bundle: it fetches what it bundles with when it does so for the first
 *   time.
 * @throws {Error} When the program has not the places that it should have.
 */
export async function bundleProgram(
  { entry, library = [], workers, moved, external, directory }: BundleOptions,
): Promise<BundledProgram | undefined> {
  await Deno.remove(directory, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const included = workers.map((worker) => join(directory, bundledName(worker)));
  const left = external.flatMap((name) => ["--external", name]);
  if (!await bundle([...left, "--code-splitting", "--outdir", directory, entry, ...library])) return undefined;
  for (const [at, worker] of workers.entries()) {
    if (!await bundle(["--output", included[at] ?? "", worker])) return undefined;
  }
  const places = {
    ...moved,
    ...Object.fromEntries(workers.map((worker) => [`./${basename(worker)}`, `./${bundledName(worker)}`])),
  };
  await movePlaces(directory, places);
  await minify(directory);
  return { entry: join(directory, bundledName(entry)), config: await writeConfig(directory, external), included };
}

/** Writes what `deno compile` has to know: the permissions, and the packages that are left with their checksums. */
async function writeConfig(directory: string, external: readonly string[]): Promise<string> {
  const config = join(directory, "deno.json");
  const { permissions, nodeModulesDir, imports } = JSON.parse(await Deno.readTextFile("deno.json"));
  const used = Object.fromEntries(external.map((name) => [name, imports[name]]));
  await Deno.writeTextFile(config, JSON.stringify({ permissions, nodeModulesDir, imports: used }));
  // All of it would be refused, because most of what is in it is not imported any more.
  const lock = JSON.parse(await Deno.readTextFile("deno.lock"));
  const isLeft = ([key]: readonly [string, unknown]): boolean =>
    external.some((name) => key.startsWith(`${name}@`) || key.startsWith(`npm:${name}@`));
  const left = {
    version: lock.version,
    specifiers: Object.fromEntries(Object.entries(lock.specifiers).filter(isLeft)),
    npm: Object.fromEntries(Object.entries(lock.npm).filter(isLeft)),
    workspace: { dependencies: Object.values(used) },
  };
  await Deno.writeTextFile(join(directory, "deno.lock"), JSON.stringify(left));
  return config;
}

/** What a module is called in the bundle. */
export function bundledName(module: string): string {
  return basename(module).replace(/\.ts$/, ".js");
}

/** Calls `deno bundle`; `false` where it cannot, and it has said why. */
export async function bundle(args: readonly string[]): Promise<boolean> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--frozen", "--platform", "deno", ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (!success) Deno.stderr.writeSync(stderr);
  return success;
}

/** Writes the new places into the modules; each must be named once, or the program would look where nothing is. */
async function movePlaces(directory: string, moved: Readonly<Record<string, string>>): Promise<void> {
  const counts = new Map(Object.keys(moved).map((place) => [place, 0]));
  for await (const { name } of Deno.readDir(directory)) {
    const path = join(directory, name);
    let text = await Deno.readTextFile(path);
    for (const [from, to] of Object.entries(moved)) {
      const parts = text.split(`new URL(${JSON.stringify(from)}`);
      if (parts.length === 1) continue;
      counts.set(from, (counts.get(from) ?? 0) + parts.length - 1);
      text = parts.join(`new URL(${JSON.stringify(to)}`);
      await Deno.writeTextFile(path, text);
    }
  }
  for (const [place, count] of counts) {
    if (count !== 1) throw new Error(`Cannot bundle the program: ${place} is named ${count} times in it, and not once`);
  }
}

/** `deno bundle --minify` has an older esbuild, which drops `using` and what it disposes of (evanw/esbuild#4482). */
async function minify(directory: string): Promise<void> {
  const { stop, transform } = await import("esbuild");
  try {
    for await (const { name } of Deno.readDir(directory)) {
      if (!name.endsWith(".js")) continue;
      const path = join(directory, name);
      const options = { format: "esm", legalComments: "none", minify: true, target: "esnext" } as const;
      await Deno.writeTextFile(path, (await transform(await Deno.readTextFile(path), options)).code);
    }
  } finally {
    await stop();
  }
}
