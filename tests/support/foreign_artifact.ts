/** Artifacts as other tools, or nobody with good intent, would write them: put straight into a fake registry. */
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import type { FakeRegistry } from "./fake_registry.ts";
import { emptyRepository, type StoredRepository } from "./fake_registry/store.ts";

/** A descriptor as JSON, with any fields. */
export type Json = Readonly<Record<string, unknown>>;

/** A repository of a fake registry that takes everything. */
export interface ForeignRepository {
  /** `oci://HOST/acme/app`. */
  readonly url: string;
  /** Keeps a blob, and gives its descriptor. */
  blob(content: string | Uint8Array<ArrayBuffer>, mediaType: string, more?: Json): Json;
  /** Lets other bytes stand under the digest of a blob. */
  damage(blob: Json, content: string): void;
  /** Keeps a manifest of whatever JSON, or text, under a tag, and gives its descriptor. */
  manifest(content: Json | string, options?: { readonly tag?: string; readonly mediaType?: string }): Json;
}

/** Makes a repository in a fake registry, or uses the one that is there. */
export function foreignRepository(fake: FakeRegistry, name = "acme/app"): ForeignRepository {
  const repository: StoredRepository = fake.repositories.get(name) ?? emptyRepository();
  fake.repositories.set(name, repository);
  return {
    url: `oci://${fake.host}/${name}`,
    blob(content, mediaType, more = {}): Json {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      const digest = digestOf(bytes);
      repository.blobs.set(digest, { digest, size: bytes.byteLength, bytes });
      return { mediaType, digest, size: bytes.byteLength, ...more };
    },
    damage({ digest }, content): void {
      const bytes = new TextEncoder().encode(content);
      repository.blobs.set(String(digest), { digest: String(digest), size: bytes.byteLength, bytes });
    },
    manifest(content, { tag = "1", mediaType = OCI_MANIFEST_MEDIA_TYPE } = {}): Json {
      const bytes = new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content));
      const digest = digestOf(bytes);
      repository.manifests.set(digest, { digest, mediaType, bytes });
      repository.tags.set(tag, digest);
      return { mediaType, digest, size: bytes.byteLength };
    },
  };
}
