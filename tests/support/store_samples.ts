/** Small artifacts for stores. */
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Annotations, Content, Descriptor } from "../../src/oci/descriptor.ts";
import { encodeManifest, orderDescriptor } from "../../src/oci/manifest.ts";
import { EMPTY_MEDIA_TYPE, OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import type { Context } from "../../src/work/context.ts";
import type { Store, StoredManifest, TagName } from "../../src/store/store.ts";

/** A manifest, and the blobs that it names. */
export interface Sample {
  readonly blobs: readonly Content[];
  readonly manifest: Content;
  readonly stored: StoredManifest;
}

/** What a sample may have. */
export interface SampleOptions {
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly annotations?: Annotations;
}

/** Content of a text. */
export function textContent(text: string, mediaType = "text/plain"): Content {
  return bytesContent(mediaType, new TextEncoder().encode(text));
}

/** Content whose source cannot be read any more. */
export function goneContent(): Content {
  const { descriptor } = textContent("gone");
  const open = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
    new ReadableStream({ start: (controller) => controller.error(new Error("the source is gone")) });
  return { descriptor, open };
}

/** An artifact with one layer that holds a text. The same text gives the same artifact. */
export function sampleOf(text: string, { artifactType, subject, annotations }: SampleOptions = {}): Sample {
  const config = textContent("{}", EMPTY_MEDIA_TYPE);
  const layer = textContent(text);
  const bytes = encodeManifest({
    artifactType: artifactType ?? "application/vnd.example.sample.v1",
    config: config.descriptor,
    layers: [layer.descriptor],
    ...(subject === undefined ? {} : { subject }),
    ...(annotations === undefined ? {} : { annotations }),
  });
  return sample(OCI_MANIFEST_MEDIA_TYPE, bytes, [config, layer]);
}

/** An index of other samples. */
export function indexOf(
  samples: readonly Sample[],
  { subject, artifactType, annotations }: SampleOptions = {},
): Sample {
  const bytes = new TextEncoder().encode(JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX_MEDIA_TYPE,
    artifactType,
    manifests: samples.map(({ manifest }) => orderDescriptor(manifest.descriptor)),
    subject: subject && orderDescriptor(subject),
    annotations,
  }));
  return sample(OCI_INDEX_MEDIA_TYPE, bytes, []);
}

/** Tags that may move. */
export function namesOf(tags: readonly string[]): readonly TagName[] {
  return tags.map((name) => ({ name, immutable: false }));
}

/** Pushes a sample, and tags it. */
export async function putSample(
  store: Store,
  { blobs, manifest, stored }: Sample,
  tags: readonly string[],
  context: Context,
): Promise<void> {
  for (const blob of blobs) await store.push(blob, context);
  await store.pushManifest(manifest, context);
  await store.tag(stored, namesOf(tags), context);
}

function sample(mediaType: string, bytes: Uint8Array<ArrayBuffer>, blobs: readonly Content[]): Sample {
  const manifest = bytesContent(mediaType, bytes);
  return { blobs, manifest, stored: { descriptor: manifest.descriptor, bytes } };
}
