import { compareBytewise } from "../../oci/compare_bytewise.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ImageManifest } from "../../oci/parse_manifest.ts";
import type { HashedFile } from "../../extract/hash_artifact.ts";

/** What differs, as `gantry diff -o json` prints it. */
export interface DiffResult {
  /** The place and the digest of an artifact, or the path of a directory. */
  readonly a: string;
  /** The same of the other side. */
  readonly b: string;
  /** Whether nothing differs. */
  readonly same: boolean;
  /** Files that differ, sorted by path. */
  readonly files: readonly FileChange[];
  /** Annotations of the manifest that differ, sorted by key. Only of two artifacts, as all that follows. */
  readonly annotations: readonly ({ readonly key: string } & Change<string>)[];
  /** The media type of the manifest. */
  readonly mediaType?: Change<string>;
  /** The type of the artifact. */
  readonly artifactType?: Change<string>;
  /** The config. */
  readonly config?: Change<Pick<Descriptor, "mediaType" | "digest" | "size">>;
  /** The media types of all layers, when they differ. */
  readonly layers?: Change<readonly string[]>;
}

/** What something was and what it is; absent where there is nothing. */
export interface Change<Value> {
  /** What it was. */
  readonly before?: Value;
  /** What it is. */
  readonly after?: Value;
}

/** What happened to one path. */
export interface FileChange extends Change<FileState> {
  /** The path in the artifact. */
  readonly path: string;
  /** Whether it came, went, or is another one. */
  readonly change: "added" | "removed" | "changed";
  /** The lines that differ, when that was asked for. */
  readonly patch?: string;
  /** Why there is no patch although it was asked for. */
  readonly noPatch?: "binary" | "large" | "different";
}

/** A file or a link. */
export type FileState =
  | {
    readonly type: "file";
    /** Absent where one of the two sides cannot say it: a layer that is a file has no mode. */
    readonly mode?: "0644" | "0755";
    readonly size: number;
    readonly digest: Digest;
  }
  | { readonly type: "symlink"; readonly target: string };

/** What the paths of both sides were found to be. */
export interface DiffSide {
  readonly name: string;
  /** Absent for a directory. */
  readonly manifest?: ImageManifest;
  readonly files: ReadonlyMap<string, HashedFile>;
}

/** Says what differs, without any patch. */
export function diffResult(a: DiffSide, b: DiffSide): DiffResult {
  const files = fileChanges(a.files, b.files);
  const manifests = a.manifest === undefined || b.manifest === undefined
    ? { annotations: [] }
    : manifestChanges(a.manifest, b.manifest);
  const same = files.length === 0 && manifests.annotations.length === 0 && Object.keys(manifests).length === 1;
  return { a: a.name, b: b.name, same, files, ...manifests };
}

function fileChanges(a: DiffSide["files"], b: DiffSide["files"]): readonly FileChange[] {
  const paths = [...new Set([...a.keys(), ...b.keys()])].sort(compareBytewise);
  return paths.flatMap((path): readonly FileChange[] => {
    const files = [a.get(path), b.get(path)] as const;
    const hasModes = files.every((file) => file?.kind !== "file" || file.executable !== undefined);
    const [before, after] = files.map((file) => stateOf(file, { hasModes }));
    if (isSameJson(before, after)) return [];
    const change = before === undefined ? "added" : after === undefined ? "removed" : "changed";
    return [{ path, change, ...changeOf(before, after) }];
  });
}

function stateOf(
  file: HashedFile | undefined,
  { hasModes }: { readonly hasModes: boolean },
): FileState | undefined {
  if (file === undefined) return undefined;
  if (file.kind === "link") return { type: "symlink", target: file.target };
  const { executable, size, digest } = file;
  return { type: "file", ...(hasModes ? { mode: executable ? "0755" : "0644" } : {}), size, digest };
}

type ManifestChanges = Pick<DiffResult, "annotations" | "mediaType" | "artifactType" | "config" | "layers">;

function manifestChanges(a: ImageManifest, b: ImageManifest): ManifestChanges {
  const types = ({ layers }: ImageManifest): readonly string[] => layers.map(({ mediaType }) => mediaType);
  return {
    annotations: annotationChanges(
      new Map(Object.entries(a.annotations ?? {})),
      new Map(Object.entries(b.annotations ?? {})),
    ),
    ...named("mediaType", a.mediaType, b.mediaType),
    ...named("artifactType", a.artifactType, b.artifactType),
    ...named("config", configOf(a), configOf(b)),
    ...named("layers", types(a), types(b)),
  };
}

function configOf(
  { config: { mediaType, digest, size } }: ImageManifest,
): Pick<Descriptor, "mediaType" | "digest" | "size"> {
  return { mediaType, digest, size };
}

function annotationChanges(
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
): DiffResult["annotations"] {
  const keys = [...new Set([...a.keys(), ...b.keys()])].sort(compareBytewise);
  return keys.filter((key) => a.get(key) !== b.get(key)).map((key) => ({ key, ...changeOf(a.get(key), b.get(key)) }));
}

function named<Name extends string, Value>(
  name: Name,
  before: Value | undefined,
  after: Value | undefined,
): { readonly [Key in Name]?: Change<Value> } {
  if (isSameJson(before, after)) return {};
  return { [name]: changeOf(before, after) } as { readonly [Key in Name]?: Change<Value> };
}

function changeOf<Value>(before: Value | undefined, after: Value | undefined): Change<Value> {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/** Both are made here, with their fields in one order. */
function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
