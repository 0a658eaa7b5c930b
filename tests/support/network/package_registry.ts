/** A registry of packages on loopback, as npm's and as JSR's: what `npm:` and `jsr:` specifiers are fetched from. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { writeTar } from "../../../src/oci/tar/write.ts";
import { tarFile } from "../../oci/tar/tar_entries.ts";
import { collectBytes } from "../collect_bytes.ts";

/** One version of one package that a {@linkcode startPackageRegistry} has. */
export interface SamplePackage {
  readonly name: string;
  readonly version: string;
  /** The source of its one module. */
  readonly source: string;
}

/** A registry that serves both protocols. */
export interface PackageRegistry extends AsyncDisposable {
  /** What a process needs to ask this registry and no other. */
  readonly env: Readonly<Record<"NPM_CONFIG_REGISTRY" | "JSR_URL", string>>;
  /** What was asked for. */
  readonly requests: readonly string[];
}

/** Starts a registry with some packages: each can be had as `npm:NAME@VERSION` and as `jsr:NAME@VERSION`. */
export function startPackageRegistry(packages: readonly SamplePackage[]): PackageRegistry {
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname).slice(1);
    requests.push(path);
    for (const sample of packages) {
      const body = await answer(sample, path, `http://127.0.0.1:${server.addr.port}`);
      if (body !== undefined) return new Response(body);
    }
    return new Response(null, { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    env: { NPM_CONFIG_REGISTRY: `${url}/npm/`, JSR_URL: `${url}/jsr/` },
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function answer(
  { name, version, source }: SamplePackage,
  path: string,
  url: string,
): Promise<string | Uint8Array<ArrayBuffer> | undefined> {
  switch (path) {
    case `npm/${name}`: {
      const integrity = `sha512-${createHash("sha512").update(await tarball(source, name, version)).digest("base64")}`;
      const dist = { tarball: `${url}/npm/${name}/-/${version}.tgz`, integrity };
      return JSON.stringify({
        name,
        "dist-tags": { latest: version },
        versions: { [version]: { name, version, dist } },
      });
    }
    case `npm/${name}/-/${version}.tgz`:
      return await tarball(source, name, version);
    case `jsr/${name}/meta.json`:
      return JSON.stringify({ scope: name.slice(1).split("/")[0], name, latest: version, versions: { [version]: {} } });
    case `jsr/${name}/${version}_meta.json`: {
      const checksum = `sha256-${createHash("sha256").update(source).digest("hex")}`;
      return JSON.stringify({
        manifest: { "/mod.js": { size: source.length, checksum } },
        exports: { ".": "./mod.js" },
      });
    }
    case `jsr/${name}/${version}/mod.js`:
      return source;
    default:
      return undefined;
  }
}

async function tarball(source: string, name: string, version: string): Promise<Uint8Array<ArrayBuffer>> {
  const manifest = JSON.stringify({ name, version, type: "module", exports: "./mod.js" });
  const files = [tarFile("package/package.json", manifest), tarFile("package/mod.js", source)];
  return new Uint8Array(gzipSync(await collectBytes(writeTar(files))));
}
