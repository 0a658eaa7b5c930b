/**
 * Writes what is in the binary: `deno task release:sbom` makes `dist/gantry.spdx.json`, an SPDX document of gantry, the
 * packages that it is bundled with and the runtime that it is compiled with.
 *
 * The time in it is `SOURCE_DATE_EPOCH`, so that the same commit gives the same bytes.
 *
 * @see {@link https://spdx.github.io/spdx-spec/v2.3/ | SPDX 2.3}
 */
import { Buffer } from "node:buffer";
import { HOMEPAGE, VERSION } from "../../src/host/version.ts";

const OUT = "dist/gantry.spdx.json";

if (import.meta.main) {
  const epoch = Number(Deno.env.get("SOURCE_DATE_EPOCH") ?? Math.floor(Date.now() / 1000));
  if (!Number.isSafeInteger(epoch) || epoch < 0) {
    throw new RangeError("SOURCE_DATE_EPOCH must be a whole number of seconds since 1970");
  }
  await Deno.mkdir("dist", { recursive: true });
  await Deno.writeTextFile(OUT, `${JSON.stringify(await sbom(new Date(epoch * 1000)), undefined, 2)}\n`);
}

/** A package of the document. */
interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo: string;
  readonly downloadLocation: string;
  readonly filesAnalyzed: false;
  readonly licenseDeclared: string;
  readonly checksums?: readonly { readonly algorithm: "SHA512"; readonly checksumValue: string }[];
  readonly externalRefs?: readonly {
    readonly referenceCategory: "PACKAGE-MANAGER";
    readonly referenceType: "purl";
    readonly referenceLocator: string;
  }[];
}

/**
 * Makes the document.
 *
 * @param created When it is made.
 */
export async function sbom(created: Date): Promise<{ readonly packages: readonly SpdxPackage[] }> {
  const gantry: SpdxPackage = {
    SPDXID: "SPDXRef-gantry",
    name: "gantry",
    versionInfo: VERSION,
    downloadLocation: `git+${HOMEPAGE}.git@v${VERSION}`,
    filesAnalyzed: false,
    licenseDeclared: "Apache-2.0",
  };
  const packages = [...await npmPackages(), runtime()];
  const document = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `gantry-${VERSION}`,
    documentNamespace: `${HOMEPAGE}/releases/download/v${VERSION}/gantry.spdx.json`,
    creationInfo: {
      created: created.toISOString().replace(/\.\d+Z$/, "Z"),
      creators: [`Tool: gantry-sbom-${VERSION}`],
    },
    packages: [gantry, ...packages],
    relationships: [
      { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: gantry.SPDXID },
      ...packages.map(({ SPDXID }) => ({
        spdxElementId: gantry.SPDXID,
        relationshipType: "CONTAINS",
        relatedSpdxElement: SPDXID,
      })),
    ],
  };
  return document;
}

/** The Deno that compiles. */
function runtime(): SpdxPackage {
  const { deno } = Deno.version;
  return {
    SPDXID: "SPDXRef-deno",
    name: "deno",
    versionInfo: deno,
    downloadLocation: `git+https://github.com/denoland/deno.git@v${deno}`,
    filesAnalyzed: false,
    licenseDeclared: "MIT",
    externalRefs: [purl(`pkg:github/denoland/deno@v${deno}`)],
  };
}

/** What `deno info` says of the modules of a program, as far as it is asked for here. */
interface ModuleInfo {
  readonly modules: readonly { readonly kind?: string; readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<
    Record<string, {
      readonly name: string;
      readonly version: string;
      readonly dependencies: readonly string[];
      /** Where it is on the disk, which Deno 2.6 does not say. */
      readonly localPath?: string;
    }>
  >;
}

/** The packages that the program imports, and those that they need. */
async function npmPackages(): Promise<readonly SpdxPackage[]> {
  const info = await moduleInfo("main.ts");
  const lock = JSON.parse(await Deno.readTextFile("deno.lock")).npm;
  // A set grows while it is walked.
  const ids = new Set(info.modules.flatMap(({ kind, npmPackage }) => kind === "npm" ? npmPackage ?? [] : []));
  for (const id of ids) for (const needed of info.npmPackages[id]?.dependencies ?? []) ids.add(needed);
  const found: SpdxPackage[] = [];
  for (const id of [...ids].sort()) {
    const { name, version, localPath } = info.npmPackages[id] ?? unknownPackage(id);
    // Types are not in what is built.
    if (name.startsWith("@types/")) continue;
    const license = localPath === undefined ? undefined : await declaredLicense(localPath);
    found.push({
      SPDXID: `SPDXRef-npm-${name.replaceAll(/[^A-Za-z0-9.]+/g, "-").replace(/^-/, "")}-${version}`,
      name,
      versionInfo: version,
      downloadLocation: "NOASSERTION",
      filesAnalyzed: false,
      licenseDeclared: license ?? "NOASSERTION",
      checksums: [{ algorithm: "SHA512", checksumValue: sha512(lock[id].integrity) }],
      externalRefs: [purl(`pkg:npm/${name.replace(/^@/, "%40")}@${version}`)],
    });
  }
  return found;
}

/** An SPDX expression, where the package has one. */
async function declaredLicense(directory: string): Promise<string | undefined> {
  const { license } = JSON.parse(await Deno.readTextFile(`${directory}/package.json`));
  return typeof license === "string" ? license : undefined;
}

async function moduleInfo(entry: string): Promise<ModuleInfo> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--frozen", entry],
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot list what ${entry} imports:\n${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

function unknownPackage(id: string): never {
  throw new Error(`Cannot list the packages: there is nothing about ${id}`);
}

/** `sha512-BASE64`, as a lock file has it, as hexadecimal digits. */
function sha512(integrity: string): string {
  return Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
}

function purl(referenceLocator: string): NonNullable<SpdxPackage["externalRefs"]>[number] {
  return { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator };
}
