import type { Content } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { StageIO } from "../pipeline/plugin.ts";
import { wrongOutput } from "../pipeline/plugin_error.ts";
import type { ReadyPlugin } from "../pipeline/ready_plugin.ts";
import type { OwnReference, Target } from "../pipeline/target.ts";
import { type Artifact, distinct, type Receipt } from "../pipeline/values.ts";
import type { Moved, TagName } from "../store/store.ts";

/** Makes a target of an upload plugin. A place whose plugin skips the upload gets no tags either. */
export function pluginTarget(plugin: ReadyPlugin<"upload">, own: OwnReference = {}): Target {
  const { id, place } = plugin;
  const { url, append, attach } = place;
  let skipped = false;
  return {
    ...own,
    name: id,
    url,
    resolve: (tag, context) => place.resolve(tag, context),
    async upload(artifact, tags, context): Promise<Receipt> {
      const input = inputOf(artifact, tags);
      const given = await plugin.run(input, context);
      skipped = given === undefined;
      return given === undefined
        ? { url, uploaded: [], existing: [], bytesSent: 0, isSkipped: true }
        : receiptOf(plugin, [...input.blobs, input.manifest], given);
    },
    async tag(artifact, tags, context): Promise<readonly Moved[]> {
      if (skipped) return [];
      const moved = await place.tag(inputOf(artifact, tags), context);
      const missing = tags.findIndex(({ name }) => !moved.some(({ tag }) => tag === name));
      if (missing !== -1) {
        throw wrongOutput(plugin, "moved", `says nothing of tag ${JSON.stringify(tags[missing]?.name)}`);
      }
      const unasked = moved.find(({ tag }) => !tags.some(({ name }) => tag === name));
      if (unasked === undefined) return moved;
      throw wrongOutput(plugin, "moved", `names tag ${JSON.stringify(unasked.tag)}, which was not to be set`);
    },
    takes: [
      ...(attach === undefined ? [] : ["referrers"] as const),
      ...(append === undefined ? [] : ["companions"] as const),
    ],
    async bring({ subject, referrers, companions }, context): Promise<void> {
      if (skipped) return;
      for (const referrer of referrers) await attach?.({ ...referrer, subject }, context);
      for (const companion of companions) await append?.({ ...companion, subject }, context);
    },
    discard: (context) => place.discard(context),
  };
}

type Input = StageIO["upload"]["in"];

function inputOf({ archive, manifest }: Artifact, tags: readonly TagName[]): Input {
  return { manifest, blobs: distinct([archive.config, ...archive.layers]), tags };
}

function receiptOf(
  plugin: ReadyPlugin<"upload">,
  contents: readonly Content[],
  { uploaded, existing, bytesSent }: StageIO["upload"]["out"],
): Receipt {
  const descriptors = new Map(contents.map(({ descriptor }) => [descriptor.digest, descriptor]));
  const said = [...uploaded, ...existing];
  const unknown = said.find((digest) => !descriptors.has(digest));
  if (unknown !== undefined) throw wrongOutput(plugin, "", `names ${unknown}, which was not to be uploaded`);
  const silent = [...descriptors.keys()].find((digest) => !said.includes(digest));
  if (silent !== undefined) throw wrongOutput(plugin, "", `says nothing of ${silent}`);
  const named = (digests: readonly Digest[]): Receipt["uploaded"] =>
    [...new Set(digests)].flatMap((digest) => descriptors.get(digest) ?? []);
  const sent = named(uploaded);
  return {
    url: plugin.place.url,
    uploaded: sent,
    existing: named(existing),
    bytesSent: bytesSent ?? sent.reduce((sum, { size }) => sum + size, 0),
  };
}
