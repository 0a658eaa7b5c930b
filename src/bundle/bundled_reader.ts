import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { BundledArtifact, BundledReferrer } from "./bundle.ts";
import type { StoreReader } from "../store/store.ts";

/**
 * One artifact of a bundle as it was in its repository: what refers to it is what the bundle's description says, and
 * not what came into the same place with other artifacts. Its only tags are cosign's.
 */
export function bundledReader(
  bundle: StoreReader,
  { companions, referrers }: Pick<BundledArtifact, "companions" | "referrers">,
): StoreReader {
  const bySubject = Map.groupBy(referrers, ({ subject }) => subject);
  const digestOf = (name: string): string | undefined =>
    isDigest(name) ? name : Object.hasOwn(companions, name) ? companions[name] : undefined;
  return {
    ...bundle,
    async resolve(name, context): Promise<Descriptor | undefined> {
      const digest = digestOf(name);
      return digest === undefined ? undefined : await bundle.resolve(digest, context);
    },
    async fetchManifest(name, context): ReturnType<StoreReader["fetchManifest"]> {
      const digest = digestOf(name);
      return digest === undefined ? undefined : await bundle.fetchManifest(digest, context);
    },
    referrers: (subject: Digest): Promise<readonly Descriptor[]> =>
      Promise.resolve((bySubject.get(subject) ?? []).map(withoutSubject)),
  };
}

function withoutSubject({ subject: _, ...descriptor }: BundledReferrer): Descriptor {
  return descriptor;
}
