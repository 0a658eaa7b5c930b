import type { Descriptor } from "../oci/descriptor.ts";
import type { OmittedBlob } from "../oci/transfer.ts";
import { type Copied, copyGraph, tagGraph } from "../pipeline/copy_graph.ts";
import { together } from "../pipeline/together.ts";
import type { PlannedArtifact } from "./import_plan.ts";
import { errorWithLines } from "./error_with_lines.ts";
import type { ReadingSession } from "./reading_session.ts";

/** What is sent in which order: nothing has a tag before everything is there and can be found. */
export async function runImport(
  artifacts: readonly PlannedArtifact[],
  session: ReadingSession,
): Promise<readonly Copied[]> {
  const copied: Copied[] = [];
  for (const artifact of artifacts) copied.push(await sendArtifact(artifact, session));
  await checkReferrers(artifacts, session);
  for (const { artifact: { graph }, store } of artifacts) {
    await tagGraph(graph, new Map(), { destination: store, concurrency: session.concurrency }, session.context);
  }
  for (const { artifact: { graph, digest, tags }, store } of artifacts) {
    const options = { destination: store, concurrency: session.concurrency };
    await tagGraph({ ...graph, companions: new Map() }, new Map([[digest, tags]]), options, session.context);
  }
  return copied;
}

async function sendArtifact(
  { artifact: { reader, graph }, store, mounts }: PlannedArtifact,
  { context, concurrency }: ReadingSession,
): Promise<Copied> {
  const mounted = await together(mounts, { context, concurrency }, async ({ blob, from }, inner) => {
    if (from === undefined) return { existed: true };
    const host = /^oci:\/\/[^/]+\//.exec(store.url)?.[0] ?? "";
    const open = (): ReadableStream<Uint8Array<ArrayBuffer>> => notInBundle(blob, store.url, from);
    return await store.push({ descriptor: blob, open }, inner, { from: `${host}${from}` });
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
  { context, concurrency }: ReadingSession,
): Promise<void> {
  const gaps: string[] = [];
  for (const { artifact: { referrers }, store } of artifacts) {
    const bySubject = Map.groupBy(referrers, ({ subject }) => subject);
    await together(bySubject, { context, concurrency }, async ([subject, expected], inner) => {
      const found = new Set((await store.referrers(subject, inner)).map(({ digest }: Descriptor) => digest));
      for (const { digest } of expected) {
        if (!found.has(digest)) {
          gaps.push(`${store.url}@${digest} was sent, and is not found as a referrer of ${subject}`);
        }
      }
    });
  }
  if (gaps.length > 0) {
    throw errorWithLines(
      "Cannot finish the import: the registry does not find what was sent, and nothing was tagged",
      gaps,
    );
  }
}
