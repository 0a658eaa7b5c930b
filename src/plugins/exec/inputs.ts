import { z } from "../../pipeline/schema.ts";
import { isDigest } from "../../oci/digest.ts";
import type { ExecStage } from "./protocol.ts";

const DIGEST_PATTERN = "^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$";

/** A digest as it stands in the JSON of the protocol. */
export const DIGEST = z.string().refine(isDigest, "must be sha256: and 64, or sha512: and 128 digits of 0-9a-f")
  .meta({ pattern: DIGEST_PATTERN });

const ENTRY = z.strictObject({
  path: z.string().describe("Relative to the source, `/` between the parts."),
  kind: z.enum(["file", "directory"]),
  executable: z.boolean(),
  size: z.int().min(0),
  file: z.string().exactOptional()
    .describe(
      "Where its bytes, or the directory, can be read. Set when the metadata says `files`. Changes are ignored.",
    ),
}).meta({ id: "entry" });

const BLOB = z.strictObject({
  mediaType: z.string(),
  digest: DIGEST,
  size: z.int().min(0),
  annotations: z.record(z.string(), z.string()).exactOptional(),
  artifactType: z.string().exactOptional(),
  file: z.string().exactOptional()
    .describe("Where its bytes can be read. Set when the metadata says `blobs`. Changes are ignored."),
}).meta({ id: "blob" });

const ATTRIBUTED = z.record(
  z.string(),
  z.strictObject({ value: z.string(), from: z.string().describe("Where the value is from, such as GITHUB_SHA.") }),
);
const TAG = z.strictObject({ name: z.string(), immutable: z.boolean() });
const SOURCE = z.strictObject({
  location: z.string().describe("What the user named: a path, or - for standard input."),
});
const COLLECTED = z.strictObject({ source: SOURCE, entries: z.array(ENTRY) });
const SELECTED = COLLECTED.extend({
  dropped: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
});
const PACKED = SELECTED.extend({
  archive: z.strictObject({
    profile: z.string(),
    artifactType: z.string().exactOptional(),
    config: BLOB,
    layers: z.array(BLOB),
  }),
});
const ARTIFACT = PACKED.extend({ annotations: ATTRIBUTED, manifest: BLOB });
const RECEIPT = z.strictObject({
  url: z.string(),
  uploaded: z.array(BLOB),
  existing: z.array(BLOB),
  bytesSent: z.int().min(0),
});
const UPLOADED = ARTIFACT.extend({ tags: z.array(TAG), receipts: z.array(RECEIPT) });
const PUBLICATION = ARTIFACT.extend({
  published: z.array(RECEIPT.extend({
    tags: z.array(z.strictObject({ tag: z.string(), from: DIGEST.exactOptional() })),
  })),
});

/** What a program of each stage gets as `input`: the shapes of the plugin contract, with files in place of streams. */
export const INPUTS: { readonly [S in ExecStage]: z.ZodType } = {
  "collect": SOURCE,
  "filter": z.strictObject({ entries: z.array(ENTRY) }),
  "archive": z.strictObject({ entries: z.array(ENTRY) }),
  "annotate": z.strictObject({ entries: z.array(ENTRY), config: BLOB, layers: z.array(BLOB), known: ATTRIBUTED }),
  "tag": z.strictObject({ digest: DIGEST, annotations: ATTRIBUTED }),
  "before:collect": SOURCE,
  "after:collect": COLLECTED,
  "before:filter": COLLECTED,
  "after:filter": SELECTED,
  "before:archive": SELECTED,
  "after:archive": PACKED,
  "before:annotate": PACKED,
  "after:annotate": ARTIFACT,
  "before:upload": ARTIFACT,
  "after:upload": UPLOADED,
  "before:tag": UPLOADED,
  "after:tag": PUBLICATION,
};
