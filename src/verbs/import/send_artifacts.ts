import type { OmittedBlob } from "../../bundle/bundle.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { formatRepository, registryHost } from "../../oci/reference.ts";
import { type Copied, copyGraph, tagGraph } from "../../store/copy.ts";
import { inParallel, together } from "../../work/together.ts";
import { errorWithLines } from "../error_with_lines.ts";
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
  for (const same of Map.groupBy(artifacts, ({ store }) => store).values()) {
    copied.push(...await forArtifacts(same, session, sendArtifact));
  }
  await checkReferrers(artifacts, session);
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

/** What the registry says refers to something must have everything that was sent. More of it may be there. */
async function checkReferrers(
  artifacts: readonly PlannedArtifact[],
  session: Session,
): Promise<void> {
  const found = await forArtifacts(artifacts, session, async ({ artifact: { referrers }, store }, inner) => {
    const gaps: string[] = [];
    const bySubject = Map.groupBy(referrers, ({ subject }) => subject);
    await together(bySubject, inner, async ([subject, expected], context) => {
      const found = new Set((await store.referrers(subject, context)).map(({ digest }: Descriptor) => digest));
      for (const { digest } of expected) {
        if (!found.has(digest)) {
          gaps.push(`${store.url}@${digest} was sent, and is not found as a referrer of ${subject}`);
        }
      }
    });
    return gaps;
  });
  const gaps = found.flat();
  if (gaps.length > 0) {
    throw errorWithLines(
      "Cannot finish the import: the registry does not find what was sent, and nothing was tagged",
      gaps,
    );
  }
}
