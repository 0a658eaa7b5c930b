import type { BundledArtifact, BundleDescription } from "./bundle.ts";
import type { StoreReader } from "../store/store.ts";
import { bundledReader } from "./bundled_reader.ts";

/**
 * Reads the artifacts of a bundle as they were in their repositories, each without what another one brought along. What
 * came into the layout since, and the description knows nothing of, belongs to all.
 */
export function describedReaders(
  bundle: StoreReader,
  { artifacts }: BundleDescription,
): (artifact: BundledArtifact) => StoreReader {
  const companions = new Set(artifacts.flatMap((each) => Object.keys(each.companions)));
  const referrers = new Set(artifacts.flatMap((each) => each.referrers.map(({ digest }) => digest)));
  return (artifact) => {
    const own = bundledReader(bundle, artifact);
    const readerOf = (name: string): StoreReader => companions.has(name) ? own : bundle;
    return {
      ...own,
      resolve: (name, context) => readerOf(name).resolve(name, context),
      async fetchManifest(name, context): ReturnType<StoreReader["fetchManifest"]> {
        const descriptor = await readerOf(name).resolve(name, context);
        // What is listed and gone is a gap among others, and no reason to stop at the first.
        if (descriptor === undefined || !await bundle.exists(descriptor, context)) return undefined;
        return await bundle.fetchManifest(descriptor.digest, context);
      },
      referrers: async (subject, context) => [
        ...await own.referrers(subject, context),
        ...(await bundle.referrers(subject, context)).filter(({ digest }) => !referrers.has(digest)),
      ],
    };
  };
}
