import { readBytes } from "../../oci/bytes/read.ts";
import { type Entry, inWalkOrder } from "../../pipeline/entry.ts";
import { bundleError } from "./bundle_error.ts";
import { BINARY_MANIFEST, BUNDLE_MANIFEST, SIGNATURES } from "./bundle_files.ts";
import { type BundleManifest, readBundleManifest } from "./bundle_manifest.ts";
import { checkData } from "./check_data.ts";
import { checkPackage } from "./check_package.ts";

/**
 * The files of a bundle, with its manifest checked against them, or made. A manifest without a revision gets the one of
 * the source; signed files are published as they are.
 *
 * What OPA checks beyond that, when it compiles the policies, is not checked: `opa check --bundle` does.
 *
 * @param revision The revision of the source, where it is known.
 * @throws {SourceError} When OPA would not load it; names the file and the line.
 * @see {@link https://github.com/open-policy-agent/opa/blob/v1.21.1/v1/bundle/bundle.go | OPA 1.21.1, bundle.go}
 */
export async function bundleOf(
  entries: readonly Entry[],
  { revision }: { readonly revision: string | undefined },
): Promise<readonly Entry[]> {
  const files = entries.filter(({ kind }) => kind === "file");
  const own = manifestIn(files);
  const text = own && await textOf(own);
  const manifest = text === undefined ? { roots: [""] } : readBundleManifest(text);
  await checkFiles(files, manifest);
  const isSigned = files.some(({ path }) => path === SIGNATURES);
  if (isSigned || manifest.revision !== undefined) return entries;
  const made = manifestEntry(writtenManifest(text, revision ?? ""));
  return inWalkOrder([...entries.filter((entry) => entry !== own), made]);
}

function manifestIn(files: readonly Entry[]): Entry | undefined {
  const manifests = files.filter(({ path }) => /(?:^|\/)\.manifest(?:\.pb)?$/.test(path));
  const [first, second] = manifests;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    const named = manifests.map(({ path }) => path).join(" and ");
    throw bundleError(`there are several manifests, ${named}, and OPA takes one`);
  }
  if (first.path === BUNDLE_MANIFEST) return first;
  const why = first.path === BINARY_MANIFEST
    ? `it can be checked as JSON only, in ${BUNDLE_MANIFEST}`
    : "it must stand at the root";
  throw bundleError(`${first.path}: ${why}`);
}

async function checkFiles(files: readonly Entry[], manifest: BundleManifest): Promise<void> {
  for (const file of files) {
    if (file.path.endsWith(".rego")) checkPackage(await textOf(file), file.path, manifest);
    else if (/(?:^|\/)data\.(?:json|ya?ml)$/.test(file.path)) checkData(await textOf(file), file.path, manifest);
  }
  for (const { module, fail } of manifest.wasm ?? []) {
    if (!files.some(({ path }) => path === module)) fail(`there is no file ${JSON.stringify(module)}`);
  }
}

/** As `opa build` writes it; what else a manifest says stays. */
function writtenManifest(text: string | undefined, revision: string): string {
  const { revision: _, ...rest } = text === undefined ? { roots: [""] } : JSON.parse(text);
  return `${JSON.stringify({ revision, ...rest })}\n`;
}

function manifestEntry(text: string): Entry {
  const bytes = new TextEncoder().encode(text);
  return {
    path: BUNDLE_MANIFEST,
    kind: "file",
    executable: false,
    size: bytes.byteLength,
    open: () => new Blob([bytes]).stream(),
  };
}

async function textOf({ path, open }: Entry): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readBytes(open()));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw bundleError(`${path} is not UTF-8 text`, { cause });
  }
}
