/** Five artifacts as they are in real registries: with signatures, attestations, parts, and cosign's tags. */
import { digestHex } from "../../src/oci/digest.ts";
import type { Context } from "../../src/work/context.ts";
import { readGraph } from "../../src/store/graph.ts";
import type { Store, StoreReader } from "../../src/store/store.ts";
import { companionTags } from "../../src/store/companion_tags.ts";
import { indexOf, namesOf, putSample, type Sample, sampleOf } from "./store_samples.ts";

/** An artifact in a repository. */
export interface CrossingArtifact {
  readonly repository: string;
  readonly root: Sample;
  readonly tags: readonly string[];
  /** What has to be there, in an order in which it can be pushed; the root among it. */
  readonly samples: readonly Sample[];
  /** cosign's tags. */
  readonly companions: readonly (readonly [tag: string, sample: Sample])[];
}

/** The five: they share blobs, and three of them have the same tag. */
export const CROSSING: readonly CrossingArtifact[] = [signed(), multi(), cosigned(), bundled(), plain()];

/** Puts artifacts into repositories. */
export async function putCrossing(
  artifacts: readonly CrossingArtifact[],
  storeFor: (repository: string) => Store,
  context: Context,
): Promise<void> {
  for (const { repository, root, tags, samples, companions } of artifacts) {
    const store = storeFor(repository);
    for (const sample of samples) await putSample(store, sample, [], context);
    for (const [tag, sample] of companions) await putSample(store, sample, [tag], context);
    await store.tag(root.stored, namesOf(tags), context);
  }
}

/** Everything that a registry itself says of an artifact: `SUBJECT REFERRER TYPE`, and `TAG DIGEST`. */
export async function discovered(
  store: StoreReader,
  { root, tags }: CrossingArtifact,
  context: Context,
): Promise<readonly string[]> {
  const { digest } = root.manifest.descriptor;
  const scratch: Context["scratch"] = {
    keep: async (described, bytes) => {
      const parts = await Array.fromAsync(bytes);
      const blob = new Blob(parts);
      return { descriptor: { ...described, digest, size: blob.size }, open: () => blob.stream() };
    },
  };
  const { manifests } = await readGraph(store, [digest], { referrers: true, concurrency: 4 }, { ...context, scratch });
  const lines: string[] = [];
  for (const { content: { descriptor: { digest } } } of manifests.flat()) {
    lines.push(`manifest ${digest}`);
    for (const referrer of await store.referrers(digest, context)) {
      lines.push(`${digest} ${referrer.digest} ${referrer.artifactType}`);
    }
    for (const tag of companionTags(digest)) {
      const found = await store.resolve(tag, context);
      if (found !== undefined) lines.push(`${tag} ${found.digest}`);
    }
  }
  for (const tag of tags) lines.push(`${tag} ${(await store.resolve(tag, context))?.digest}`);
  return lines.sort();
}

/** A signature of the artifact, a signature of the signature, and an attestation. */
function signed(): CrossingArtifact {
  const root = sampleOf("the app");
  const signature = refer("signature of the app", root);
  const samples = [
    root,
    signature,
    refer("signature of the signature", signature),
    refer("provenance of the app", root),
  ];
  return { repository: "acme/app", root, tags: ["1.0.0", "latest"], samples, companions: [] };
}

/** An index whose parts have SBOMs of their own, and which is attested itself. */
function multi(): CrossingArtifact {
  const parts = [sampleOf("amd64"), sampleOf("arm64")];
  const inner = indexOf(parts.slice(1));
  const root = indexOf([...parts.slice(0, 1), inner]);
  const sboms = parts.map((part, at) => refer(`sbom ${at}`, part));
  const samples = [
    ...parts,
    inner,
    root,
    ...sboms,
    refer("attestation of the index", root),
    refer("of the inner", inner),
  ];
  return { repository: "acme/multi", root, tags: ["1.0.0"], samples, companions: [] };
}

/** What cosign signs without the referrers API, with a part that is signed too. */
function cosigned(): CrossingArtifact {
  const part = sampleOf("a signed part");
  const root = indexOf([part]);
  const tag = ({ manifest }: Sample, ending: string): string =>
    `sha256-${digestHex(manifest.descriptor.digest)}.${ending}`;
  const companions = [
    [tag(root, "sig"), sampleOf("cosign signature")],
    [tag(root, "att"), sampleOf("cosign attestation")],
    [tag(part, "sbom"), sampleOf("cosign sbom")],
  ] as const;
  return { repository: "other/cosigned", root, tags: ["2024.1"], samples: [part, root], companions };
}

/** A referrer that is an index. */
function bundled(): CrossingArtifact {
  const root = sampleOf("bundled");
  const parts = [sampleOf("report 1"), sampleOf("report 2")];
  const reports = indexOf(parts, {
    subject: root.manifest.descriptor,
    artifactType: "application/vnd.example.reports",
  });
  return {
    repository: "other/deep/bundled",
    root,
    tags: ["1.0.0"],
    samples: [root, ...parts, reports],
    companions: [],
  };
}

/** One that nothing refers to, and that has no tag. */
function plain(): CrossingArtifact {
  const root = sampleOf("plain");
  return { repository: "acme/plain", root, tags: [], samples: [root], companions: [] };
}

function refer(text: string, { manifest }: Sample): Sample {
  return sampleOf(text, {
    subject: manifest.descriptor,
    artifactType: `application/vnd.example.${text.split(" ")[0]}`,
  });
}
