import * as posix from "node:path/posix";
import {
  ORAS_CONTENT_DIGEST_ANNOTATION,
  ORAS_CONTENT_UNPACK_ANNOTATION,
  TITLE_ANNOTATION,
} from "../oci/annotation_keys.ts";
import type { JudgedArtifact, JudgedLayer } from "./artifact.ts";
import { type Finding, listed, note, refuse } from "./consumer.ts";
import { isOutside } from "./paths.ts";

/** The layers of an artifact, and of all manifests of an index: oras copies everything. */
export function allLayers(artifact: JudgedArtifact): readonly JudgedLayer[] {
  return artifact.kind === "manifest" ? artifact.layers : artifact.artifacts.flatMap(allLayers);
}

/** What a layer is called where it is written; `undefined` when it has no name. */
export function titleOf({ descriptor }: JudgedLayer): string | undefined {
  return descriptor.annotations?.[TITLE_ANNOTATION] || undefined;
}

/** Whether a layer is unpacked where it is written. */
export function isUnpacked({ descriptor }: JudgedLayer): boolean {
  return descriptor.annotations?.[ORAS_CONTENT_UNPACK_ANNOTATION] === "true";
}

/**
 * What the file store of oras refuses, which writes each layer under its title.
 *
 * @param who The consumer, as the beginning of a sentence.
 * @see {@link https://github.com/oras-project/oras-go/blob/v2.7.0/content/file/file.go | oras-go 2.7.0, file.go}
 */
export function* fileStore(artifact: JudgedArtifact, who: string): Generator<Finding, void, void> {
  const named = allLayers(artifact).filter((layer) => titleOf(layer) !== undefined);
  if (named.length === 0) {
    yield refuse(
      `${who} writes the layers that have a name in ${TITLE_ANNOTATION}, and none has`,
      "Publish it with the profile files or generic, or with oras push",
    );
    return;
  }
  const titles = named.map((layer) => titleOf(layer) ?? "");
  const outside = titles.filter(isOutside);
  if (outside.length > 0) {
    yield refuse(`${who} refuses titles that lead out of the directory: ${listed(outside)}`, "Give relative titles");
  }
  const plain = named.filter((layer) => !isUnpacked(layer)).map((layer) => titleOf(layer) ?? "");
  const directories = plain.filter((title) => isDirectory(title, titles));
  if (directories.length > 0) {
    yield refuse(
      `${who} cannot write a layer to what is a directory: ${listed(directories)}`,
      "Give each layer the title of a file of its own",
    );
  }
  const twice = named.filter((layer, at) =>
    named.some((other, before) =>
      before < at && titleOf(other) === titleOf(layer) && other.descriptor.digest !== layer.descriptor.digest
    )
  );
  if (twice.length > 0) {
    yield refuse(
      `${who} refuses two layers of one title: ${listed(twice.map((layer) => titleOf(layer) ?? ""))}`,
      "Give each layer a title of its own",
    );
  }
  for (const layer of named.filter(isUnpacked)) yield* unpacking(layer, titleOf(layer) ?? "", who);
  const count = allLayers(artifact).length - named.length;
  if (count > 0) yield note(`${who} leaves out ${count === 1 ? "a layer" : `${count} layers`} without a title`);
}

function isDirectory(title: string, titles: readonly string[]): boolean {
  const path = posix.normalize(title);
  return path === "." || path.endsWith("/") || titles.some((other) => posix.normalize(other).startsWith(`${path}/`));
}

/** @see {@link https://github.com/oras-project/oras-go/blob/v2.7.0/content/file/utils.go | oras-go 2.7.0, utils.go} */
function* unpacking(
  { descriptor, compression, format, problem, diffId, members }: JudgedLayer,
  title: string,
  who: string,
): Generator<Finding, void, void> {
  const what = `layer ${JSON.stringify(title)}`;
  if (compression !== "gzip" || format !== "tar" || problem !== undefined) {
    yield refuse(
      `${who} shall unpack ${what} and can only unpack a gzip-compressed tar, which it is not`,
      `Compress it with gzip, or leave out ${ORAS_CONTENT_UNPACK_ANNOTATION}`,
    );
    return;
  }
  const expected = descriptor.annotations?.[ORAS_CONTENT_DIGEST_ANNOTATION];
  if (expected !== undefined && diffId !== undefined && expected !== diffId) {
    yield refuse(
      `${who} finds another digest in ${what} than ${ORAS_CONTENT_DIGEST_ANNOTATION} says`,
      "Publish it again, with the digest of the tar before compression",
    );
  }
  const outside = members.filter(({ path, type, target = "" }) => {
    const link = type === "symlink" || type === "hardlink" ? posix.join(posix.dirname(path), target) : path;
    return isBeside(path, title) || isBeside(target.startsWith("/") ? target : link, title);
  }).map(({ path }) => path);
  if (outside.length > 0) {
    yield refuse(
      `${who} refuses what is not in the directory ${JSON.stringify(title)} that ${what} stands for: ${
        listed(outside)
      }`,
      "Begin every path with the title, and let no link lead out of it",
    );
  }
}

/** Whether a path is not below another one. */
function isBeside(path: string, base: string): boolean {
  return path.startsWith("/") || /^\.\.(?:\/|$)/.test(posix.relative(`/${base}`, `/${path}`)) || isOutside(path);
}
