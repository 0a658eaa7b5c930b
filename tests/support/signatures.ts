/** Signatures as others make them, without the code of ours that verifies them; and what only looks like one. */
import { Buffer } from "node:buffer";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Content, Descriptor } from "../../src/oci/descriptor.ts";
import { encodeManifest } from "../../src/oci/manifest.ts";
import { EMPTY_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import type { Store } from "../../src/store/store.ts";
import type { Context } from "../../src/work/context.ts";
import { signWith } from "./sample_keys.ts";
import { type Sample, textContent } from "./store_samples.ts";

const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const IN_TOTO = "application/vnd.in-toto+json";
const SIGNED = "https://sigstore.dev/cosign/sign/v1";
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** How a bundle is made. */
export interface MadeBundle {
  /** The sample key that signs. */
  readonly key?: string;
  readonly predicateType?: string;
  readonly predicate?: unknown;
  readonly payloadType?: string;
  /** The statement as it is, in the place of one of the subject. */
  readonly statement?: string;
  /** The signature of something else. */
  readonly signed?: Uint8Array<ArrayBuffer>;
  /** What becomes of the bundle's JSON in the end. */
  readonly change?: (json: BundleJson) => unknown;
}

/** The JSON of a bundle. */
export interface BundleJson {
  readonly mediaType: string;
  readonly verificationMaterial: unknown;
  readonly dsseEnvelope: {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly { readonly sig: string }[];
  };
}

/** Writes a bundle that says of a manifest what is wanted. */
export function bundleText({ digest }: Pick<Descriptor, "digest">, made: MadeBundle = {}): string {
  const { key = "p256", predicateType = SIGNED, predicate = {}, payloadType = IN_TOTO } = made;
  const [algorithm = "", hex = ""] = digest.split(":");
  const statement = made.statement ?? JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { [algorithm]: hex } }],
    predicateType,
    predicate,
  });
  const payload = utf8(statement);
  const head = utf8(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.byteLength} `);
  const signature = signWith(key, made.signed ?? new Uint8Array([...head, ...payload]));
  const json: BundleJson = {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { publicKey: { hint: "" } },
    dsseEnvelope: { payload: base64(payload), payloadType, signatures: [{ sig: base64(signature) }] },
  };
  const changed = made.change?.(json) ?? json;
  return typeof changed === "string" ? changed : JSON.stringify(changed);
}

/** A manifest that carries texts as layers and refers to a subject. */
export function referrerOf(
  subject: Descriptor | undefined,
  layers: readonly Content[],
  artifactType = BUNDLE_TYPE,
): Sample {
  const config = textContent("{}", EMPTY_MEDIA_TYPE);
  const bytes = encodeManifest({
    artifactType,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    ...(subject === undefined ? {} : { subject }),
  });
  const manifest = bytesContent(OCI_MANIFEST_MEDIA_TYPE, bytes);
  return { blobs: [config, ...layers], manifest, stored: { descriptor: manifest.descriptor, bytes } };
}

/** A referrer with a bundle. */
export function bundleReferrer(subject: Descriptor, made: MadeBundle = {}, mediaType: string = BUNDLE_TYPE): Sample {
  return referrerOf(subject, [textContent(bundleText(subject, made), mediaType)]);
}

/** How a signature behind a tag is made. */
export interface MadeTagged {
  readonly key?: string;
  /** The payload as it is, in the place of one for the subject. */
  readonly payload?: string;
  readonly signature?: string;
  readonly mediaType?: string;
}

/** The manifest that stands behind `sha256-….sig`, with a layer for each signature. */
export function taggedSignature({ digest }: Pick<Descriptor, "digest">, signatures: readonly MadeTagged[]): Sample {
  const layers = signatures.map(({ key = "p256", mediaType, ...made }) => {
    const payload = made.payload ?? JSON.stringify({
      critical: {
        identity: { "docker-reference": "" },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: null,
    });
    const signature = made.signature ?? base64(signWith(key, utf8(payload)));
    return bytesContent(mediaType ?? "application/vnd.dev.cosign.simplesigning.v1+json", utf8(payload), {
      annotations: { "dev.cosignproject.cosign/signature": signature },
    });
  });
  return referrerOf(undefined, layers, "application/vnd.example.signatures");
}

/** The tag by which cosign finds them. */
export function signatureTag({ digest }: Pick<Descriptor, "digest">, ending = "sig"): string {
  return `${digest.replace(":", "-")}.${ending}`;
}

/** Puts a sample into a store, behind tags if there are some. */
export async function place(
  store: Store,
  sample: Sample,
  context: Context,
  tags: readonly string[] = [],
): Promise<void> {
  for (const blob of sample.blobs) await store.push(blob, context);
  await store.pushManifest(sample.manifest, context);
  if (tags.length > 0) await store.tag(sample.stored, tags.map((name) => ({ name, immutable: false })), context);
}
