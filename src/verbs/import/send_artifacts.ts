import type { OmittedBlob } from "../../bundle/bundle.ts";
import { formatRepository, registryHost } from "../../oci/reference.ts";
import { type Copied, copyGraph, tagGraph } from "../../store/copy.ts";
import { keepReferrers } from "../../store/keep_referrers.ts";
import { inParallel, together } from "../../work/together.ts";
import { forArtifacts, type Session } from "../session.ts";
import { refuseToMoveVersion } from "../refuse_to_move_version.ts";
import type { PlannedArtifact } from "./import_plan.ts";

/** How tags are set. */
export interface SendOptions {
  /** Whether a tag may move that is a version. */
  readonly force: boolean;
}

/**
 * What is sent in which order: nothing has a tag before everything is there and can be found.
 *
 * @throws {TagExistsError} When a version would move. Its artifact has no tag of its own then.
 */
export async function sendArtifacts(
  artifacts: readonly PlannedArtifact[],
  { force }: SendOptions,
  session: Session,
): Promise<readonly Copied[]> {
  const copied: Copied[] = [];
  // One repository after the other, so that the next one can take blobs from it.
  const byStore = [...Map.groupBy(artifacts, ({ store }) => store)];
  for (const [, same] of byStore) copied.push(...await forArtifacts(same, session, sendArtifact));
  await forArtifacts(byStore, session, async ([store, same], inner) => {
    await keepReferrers(store, same.flatMap(({ artifact: { graph } }) => graph.manifests.flat()), inner);
  });
  // The plan may be hours old. At best no artifact is tagged when one of them cannot be.
  if (!force) await forArtifacts(artifacts, session, checkVersions);
  // Those of cosign for all artifacts first: what people ask for by name has its signatures then.
  await forArtifacts(artifacts, session, async ({ artifact: { graph }, store }, { context, concurrency }) => {
    await tagGraph(graph, new Map(), { destination: store, concurrency, force }, context);
  });
  await forArtifacts(artifacts, session, async ({ artifact: { graph, digest, tags }, store }, inner) => {
    const { context, concurrency } = inner;
    const options = { destination: store, concurrency, force };
    await tagGraph({ ...graph, companions: new Map() }, new Map([[digest, tags]]), options, context);
  });
  return copied;
}

async function checkVersions(
  { artifact: { digest, tags }, store }: PlannedArtifact,
  { context, concurrency }: Session,
): Promise<void> {
  await inParallel(tags, concurrency, (tag) => refuseToMoveVersion(store, tag, digest, context));
}

async function sendArtifact(
  { artifact: { reader, graph }, store, mounts }: PlannedArtifact,
  { context, concurrency }: Session,
): Promise<Copied> {
  const mounted = await together(mounts, { context, concurrency }, async ({ blob, from }, inner) => {
    if (from === undefined) return { existed: true };
    const open = (): ReadableStream<Uint8Array<ArrayBuffer>> => notInBundle(blob, store.url, from);
    const there = formatRepository({ kind: "registry", host: registryHost(store.url) ?? "", repository: from });
    return await store.push({ descriptor: blob, open, from: there }, inner);
  });
  const left = new Set(mounts.map(({ blob }) => blob.digest));
  const blobs = graph.blobs.filter(({ digest }) => !left.has(digest));
  const sent = await copyGraph({ ...graph, blobs }, { source: reader, destination: store, concurrency }, context);
  return { ...sent, existing: sent.existing + mounted.length };
}

/** A registry that does not mount asks for the bytes. */
function notInBundle({ digest }: OmittedBlob, url: string, from: string): never {
  throw new Error(
    `Cannot send ${digest} to ${url}: it was left out of the bundle, and the registry does not take it from ${from}`,
  );
}
