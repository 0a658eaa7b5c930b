import { bytesContent } from "../../oci/bytes_content.ts";
import type { Content } from "../../oci/descriptor.ts";
import { readBytes } from "../../oci/bytes/read.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { DeclaredProfile, OwnConfig } from "./declaration.ts";
import { ownError } from "./own_error.ts";
import { fillIn, needsVersion } from "./placeholders.ts";

/** A layer that was packed, and its digest before it was compressed. */
export interface PackedLayer {
  readonly content: Content;
  readonly diffId: string;
}

/** What a config is made of. */
export interface OwnConfigMeans {
  readonly entries: readonly Entry[];
  readonly packed: readonly PackedLayer[];
  readonly version: string | undefined;
}

/**
 * Makes the config of a declared profile.
 *
 * @throws {SourceError} When its file is not there, or there is no version to fill in.
 */
export async function ownConfig(
  profile: DeclaredProfile,
  { mediaType, file, json, text }: OwnConfig,
  { entries, packed, version }: OwnConfigMeans,
): Promise<Content> {
  if (file !== undefined) {
    const entry = entries.find(({ path, kind }) => path === file && kind === "file");
    if (entry === undefined) throw ownError(profile, `there is no file ${JSON.stringify(file)}`, ["config", "file"]);
    return bytesContent(mediaType, await readBytes(entry.open()));
  }
  const content = text ?? JSON.stringify(valueOf(json));
  return bytesContent(mediaType, new TextEncoder().encode(content));

  function valueOf(value: unknown): unknown {
    if (value === "{digests}") return packed.map(({ content }) => content.descriptor.digest);
    if (value === "{diffIds}") return packed.map(({ diffId }) => diffId);
    if (typeof value === "string") {
      if (needsVersion(value) && version === undefined) {
        throw ownError(profile, "there is no version for the config", ["config", "json"]);
      }
      return fillIn(value, { version });
    }
    if (Array.isArray(value)) return value.map(valueOf);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, valueOf(inner)]));
  }
}
