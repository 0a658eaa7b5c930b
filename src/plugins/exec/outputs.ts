import { z } from "../../pipeline/schema.ts";
import { COMPANION_ENDINGS } from "../../store/companion_tags.ts";
import { DIGEST } from "./inputs.ts";
import type { ExecStage } from "./protocol.ts";

/** An entry as a program gives it. */
export const GIVEN_ENTRY = z.strictObject({
  path: z.string().min(1)
    .describe("Relative to the source, `/` between the parts."),
  kind: z.enum(["file", "directory"]).exactOptional()
    .describe("A file when left out."),
  executable: z.boolean().exactOptional()
    .describe("Not executable when left out."),
  file: z.string().min(1).exactOptional()
    .describe("Where its bytes are: a file in the output directory, relative to it or absolute."),
}).meta({ id: "givenEntry" });

/** An entry as a program gives it. */
export type GivenEntry = z.infer<typeof GIVEN_ENTRY>;

/** A blob that a program made. */
export const MADE_BLOB = z.strictObject({
  file: z.string().min(1)
    .describe("Where its bytes are: a file in the output directory, relative to it or absolute."),
  mediaType: z.string().min(1),
  digest: DIGEST.exactOptional()
    .describe("What the bytes must hash to; checked."),
  annotations: z.record(z.string(), z.string()).exactOptional(),
}).meta({ id: "madeBlob" });

/** A blob that was in the input already. */
export const KEPT_BLOB = z.strictObject({
  digest: DIGEST.describe("The digest of a blob of the input, kept as it is."),
})
  .meta({ id: "keptBlob" });

/** A blob as a program gives it: made, or kept. */
export type GivenBlob = z.infer<typeof MADE_BLOB> | z.infer<typeof KEPT_BLOB>;

// The member that says more stands first, so that its problems are shown for what has a file.
const GIVEN_BLOB = z.union([MADE_BLOB, KEPT_BLOB]);

const CHANGED_ENTRIES = z.strictObject({
  entries: z.array(GIVEN_ENTRY)
    .describe("All that flow on. An entry of the input without a `file` stays as it is."),
});

const CONTENTS = z.strictObject({
  artifactType: z.string().exactOptional(),
  config: GIVEN_BLOB.exactOptional()
    .describe("The empty config when left out."),
  layers: z.array(GIVEN_BLOB).min(1),
});

const BELONGINGS = z.strictObject({
  referrers: z.array(z.strictObject({
    artifactType: z.string().min(1),
    config: GIVEN_BLOB.exactOptional(),
    layers: z.array(GIVEN_BLOB).min(1),
    annotations: z.record(z.string(), z.string()).exactOptional(),
  })).exactOptional()
    .describe("What refers to the artifact. Each target is asked afterwards whether it lists it."),
  companions: z.array(z.strictObject({
    ending: z.enum(COMPANION_ENDINGS)
      .describe("How the tag ends: `sig` stands for `sha256-….sig`."),
    layers: z.array(GIVEN_BLOB).min(1)
      .describe("What is added to the layers behind the tag, each with its annotations, unless it is there."),
  })).exactOptional()
    .describe("What stands beside the artifact under tags made of its digest, as cosign keeps signatures."),
});

const ENTRIES = z.strictObject({ entries: z.array(GIVEN_ENTRY) });
const DROPS = z.strictObject({ drop: z.array(z.strictObject({ path: z.string(), reason: z.string() })) });
const ANNOTATIONS = z.strictObject({
  set: z.record(z.string(), z.union([z.string(), z.strictObject({ value: z.string(), from: z.string() })])),
});
const TAGS = z.strictObject({
  tags: z.array(z.union([z.string(), z.strictObject({ name: z.string(), immutable: z.boolean() })])),
});

/** What a program may give as `output`, and whether it must. */
export interface OutputShape {
  readonly schema: z.ZodType<object> | undefined;
  readonly required: boolean;
}

const NOTHING: OutputShape = { schema: undefined, required: false };
const MAY_CHANGE_ENTRIES: OutputShape = { schema: CHANGED_ENTRIES, required: false };
const MAY_CHANGE_CONTENTS: OutputShape = { schema: CONTENTS, required: false };
const MAY_ADD_BELONGINGS: OutputShape = { schema: BELONGINGS, required: false };

/** What a program of each stage may give. */
export const OUTPUTS: { readonly [S in ExecStage]: OutputShape } = {
  "collect": { schema: ENTRIES, required: true },
  "filter": { schema: DROPS, required: true },
  "archive": { schema: CONTENTS, required: true },
  "annotate": { schema: ANNOTATIONS, required: true },
  "tag": { schema: TAGS, required: true },
  "before:collect": NOTHING,
  "after:collect": MAY_CHANGE_ENTRIES,
  "before:filter": MAY_CHANGE_ENTRIES,
  "after:filter": MAY_CHANGE_ENTRIES,
  "before:archive": MAY_CHANGE_ENTRIES,
  "after:archive": MAY_CHANGE_CONTENTS,
  "before:annotate": MAY_CHANGE_CONTENTS,
  "after:annotate": NOTHING,
  "before:upload": NOTHING,
  "after:upload": MAY_ADD_BELONGINGS,
  "before:tag": MAY_ADD_BELONGINGS,
  "after:tag": NOTHING,
};
