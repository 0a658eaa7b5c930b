import type { Content, Descriptor } from "../../oci/descriptor.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { Room } from "./room.ts";

/** What a program wants to read for itself. */
export interface WantedFields {
  readonly files?: boolean;
  readonly blobs?: boolean;
}

/**
 * Writes what flows through the pipeline as plain JSON: entries and contents lose their streams, and get a file where
 * the program wants one.
 */
export async function toJson(value: unknown, wanted: WantedFields, room: Room): Promise<unknown> {
  if (Array.isArray(value)) {
    const all: unknown[] = [];
    // One after the other: ten thousand entries are not ten thousand open files.
    for (const each of value) all.push(await toJson(each, wanted, room));
    return all;
  }
  if (typeof value !== "object" || value === null) return value;
  if (isContent(value)) {
    return { ...named(value.descriptor), ...(wanted.blobs ? { file: await room.blobFile(value) } : {}) };
  }
  if (isEntry(value)) {
    const { path, kind, executable, size } = value;
    return { path, kind, executable, size, ...(wanted.files ? { file: await room.entryFile(value) } : {}) };
  }
  if (isDescriptor(value)) return named(value);
  const json: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) json[key] = await toJson(each, wanted, room);
  return json;
}

/** All contents in a value, by their digest. */
export function contentsIn(value: unknown, found = new Map<string, Content>()): ReadonlyMap<string, Content> {
  if (typeof value !== "object" || value === null) return found;
  if (isContent(value)) return found.set(value.descriptor.digest, value);
  for (const each of Object.values(value)) contentsIn(each, found);
  return found;
}

function named({ mediaType, digest, size, annotations, artifactType }: Descriptor): object {
  return {
    mediaType,
    digest,
    size,
    ...(annotations === undefined ? {} : { annotations }),
    ...(artifactType === undefined ? {} : { artifactType }),
  };
}

function isContent(value: object): value is Content {
  return "descriptor" in value && "open" in value;
}

function isEntry(value: object): value is Entry {
  return "path" in value && "open" in value;
}

function isDescriptor(value: object): value is Descriptor {
  return "mediaType" in value && "digest" in value && "size" in value;
}
