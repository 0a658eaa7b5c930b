/** Artifacts as consumers are asked about them, made of what matters to a test, and tests of their rules as tables. */
import assert from "node:assert/strict";
import type {
  ArtifactIndex,
  JudgedArtifact,
  JudgedLayer,
  Member,
  SingleArtifact,
} from "../../src/consumers/artifact.ts";
import type { Consumer, Finding } from "../../src/consumers/consumer.ts";
import type { Annotations, Descriptor, Platform } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import {
  IMAGE_CONFIG_MEDIA_TYPE,
  IMAGE_LAYER_MEDIA_TYPE,
  OCI_INDEX_MEDIA_TYPE,
  OCI_MANIFEST_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";

/** The media type of a layer of an image. */
export const TAR_GZIP = `${IMAGE_LAYER_MEDIA_TYPE}+gzip`;

let count = 0;

/** A descriptor with a digest of its own. */
export function described(mediaType: string, annotations?: Annotations): Descriptor {
  const digest = digestOf(new TextEncoder().encode(`${mediaType} ${++count}`));
  return { mediaType, digest, size: 1000, ...(annotations === undefined ? {} : { annotations }) };
}

/** Members of an archive: files by their names, anything else as it is. */
export function members(...all: readonly (string | Member)[]): readonly Member[] {
  return all.map((each) => typeof each === "string" ? { path: each, type: "file", size: 5 } : each);
}

/** What a layer is beyond its media type. */
export interface LayerSpec extends Partial<Omit<JudgedLayer, "descriptor" | "members">> {
  readonly annotations?: Annotations;
  readonly members?: readonly (string | Member)[];
  readonly size?: number;
}

/** A tar with gzip, unless said otherwise. */
export function tar(mediaType: string = TAR_GZIP, { annotations, size, ...spec }: LayerSpec = {}): JudgedLayer {
  const descriptor = described(mediaType, annotations);
  return {
    compression: "gzip",
    format: "tar",
    diffId: digestOf(new TextEncoder().encode(`diff ${descriptor.digest}`)),
    ...spec,
    descriptor: size === undefined ? descriptor : { ...descriptor, size },
    members: members(...spec.members ?? ["a.yaml"]),
  };
}

/** A file as it is. */
export function raw(mediaType: string, annotations?: Annotations, spec: LayerSpec = {}): JudgedLayer {
  const { members: _, ...layer } = tar(mediaType, { compression: "none", format: "other", ...spec });
  return { ...layer, members: [], descriptor: { ...layer.descriptor, ...(annotations && { annotations }) } };
}

/** A zip. */
export function zip(mediaType: string, spec: LayerSpec = {}): JudgedLayer {
  return tar(mediaType, { compression: "none", format: "zip", ...spec });
}

/** What an artifact is beyond its layers. */
export interface SingleSpec extends Partial<Pick<SingleArtifact, "config" | "tags" | "signatures" | "saysMediaType">> {
  readonly configType?: string;
  readonly artifactType?: string;
  readonly annotations?: Annotations;
  readonly mediaType?: string;
}

/** A manifest with layers; its config is that of an image whose digests are right, unless said otherwise. */
export function single(layers: readonly JudgedLayer[], spec: SingleSpec = {}): SingleArtifact {
  const { configType = IMAGE_CONFIG_MEDIA_TYPE, artifactType, annotations, ...more } = spec;
  const { mediaType = OCI_MANIFEST_MEDIA_TYPE, ...rest } = more;
  return {
    config: { rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) } },
    saysMediaType: true,
    ...rest,
    kind: "manifest",
    descriptor: described(mediaType),
    manifest: {
      kind: "manifest",
      mediaType,
      config: described(configType),
      layers: layers.map(({ descriptor }) => descriptor),
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    layers,
  };
}

/** An index of artifacts, each for a platform. */
export function index(
  ...artifacts: readonly (readonly [artifact: JudgedArtifact, platform?: Platform])[]
): ArtifactIndex {
  const placed = artifacts.map(([artifact, platform]) => ({
    ...artifact,
    descriptor: { ...artifact.descriptor, ...(platform === undefined ? {} : { platform }) },
  }));
  return {
    kind: "index",
    descriptor: described(OCI_INDEX_MEDIA_TYPE),
    manifest: { kind: "index", mediaType: OCI_INDEX_MEDIA_TYPE, manifests: placed.map(({ descriptor }) => descriptor) },
    artifacts: placed,
  };
}

/** The usual platform. */
export const AMD64: Platform = { os: "linux", architecture: "amd64" };
/** Another platform. */
export const ARM64: Platform = { os: "linux", architecture: "arm64" };

/** What a rule is held to, by what the artifact is. */
export interface RuleTable {
  /** Without any refusal. */
  readonly accepts: Readonly<Record<string, JudgedArtifact>>;
  /** With one refusal exactly, whose reason matches. */
  readonly refuses: Readonly<Record<string, readonly [artifact: JudgedArtifact, reason: RegExp]>>;
  /** Accepted, with a note that matches. */
  readonly notes?: Readonly<Record<string, readonly [artifact: JudgedArtifact, text: RegExp]>>;
}

/** Declares the tests of a rule; their names have the source that it stands on. */
export function testRule(name: string, consumer: Consumer, { accepts, refuses, notes = {} }: RuleTable): void {
  const source = `${consumer.version}, ${consumer.source.split("/").slice(3).join("/")}`;
  for (const [what, artifact] of Object.entries(accepts)) {
    Deno.test(`${name} accepts ${what} (${source})`, () => {
      assert.deepEqual(reasons(consumer.judge(artifact)), []);
    });
  }
  for (const [what, [artifact, reason]] of Object.entries(refuses)) {
    Deno.test(`${name} refuses ${what} (${source})`, () => {
      const found = reasons(consumer.judge(artifact));
      assert.equal(found.length, 1, JSON.stringify(found));
      assert.match(found[0] ?? "", reason);
    });
  }
  for (const [what, [artifact, text]] of Object.entries(notes)) {
    Deno.test(`${name} says what may surprise of ${what} (${source})`, () => {
      const found = [...consumer.judge(artifact)];
      assert.deepEqual(reasons(found), []);
      const texts = found.map((each) => each.kind === "note" ? each.text : "");
      assert.ok(texts.some((each) => text.test(each)), JSON.stringify(texts));
    });
  }
}

function reasons(findings: Iterable<Finding>): readonly string[] {
  return [...findings].flatMap((finding) => finding.kind === "refusal" ? [finding.reason] : []);
}
