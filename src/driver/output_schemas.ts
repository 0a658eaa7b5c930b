/** What plugins may give, stage by stage, as something that can be checked. */
import { isDigest } from "../oci/digest.ts";
import { isMediaType } from "../oci/media_types.ts";
import { parseTag } from "../oci/tag.ts";
import type { Stage } from "../pipeline/plugin.ts";
import { type Schema, z } from "../pipeline/schema.ts";
import { COMPANION_ENDINGS } from "../store/companion_tags.ts";
import { messageOf } from "../work/message_of.ts";

const functionSchema = z.custom((value) => typeof value === "function", "must be a function");
const digest = z.string().refine(isDigest, "must be a digest, such as sha256:9f86d0...");
const size = z.number().refine((value) => Number.isSafeInteger(value) && value >= 0, "must be a whole number from 0");
const text = z.string().min(1, "must not be empty");
const mediaType = z.string().refine(isMediaType, "must be a media type, such as application/vnd.acme.config.v1");
// A key is shown as it is, and no consumer has a use for what a terminal obeys.
const key = text.regex(/^\P{Cc}+$/u, "has a control character");
const annotations = z.record(key, z.string());
const annotation = z.string().or(z.strictObject({ value: z.string(), from: text }));

const entry = z.object({
  path: text,
  kind: z.enum(["file", "directory"]),
  executable: z.boolean(),
  size,
  open: functionSchema,
});
const content = z.object({
  descriptor: z.object({ mediaType, digest, size, annotations: annotations.optional() }),
  open: functionSchema,
});
const contents = z.strictObject({
  artifactType: mediaType.optional(),
  config: content.optional(),
  layers: z.array(content).min(1, "must have one at least"),
});
const tagName = z.string().check((context) => {
  try {
    parseTag(context.value);
  } catch (error) {
    const message = messageOf(error);
    context.issues.push({ code: "custom", message: `is no tag: ${message}`, input: context.value });
  }
});

const entries = z.strictObject({ entries: z.array(entry) });
const nothing = z.strictObject({});
const belongings = z.strictObject({
  referrers: z.array(contents.extend({ artifactType: mediaType, annotations: annotations.optional() })).optional(),
  companions: z.array(z.strictObject({ ending: z.enum(COMPANION_ENDINGS), layers: contents.shape.layers })).optional(),
});

/** The value of an annotation, as annotate plugins may give it. */
export const ANNOTATION_SCHEMA: Schema<unknown> = annotation;

/** What {@linkcode Place.tag} gives. */
export const MOVED_SCHEMA: Schema<unknown> = z.strictObject({
  moved: z.array(z.strictObject({ tag: text, from: digest.optional() })),
});

/** What plugins of each stage give, when they are not skipped. Steps around the stages may give nothing as well. */
export const OUTPUT_SCHEMAS: Readonly<Record<Stage, Schema<unknown>>> = {
  collect: entries,
  filter: z.strictObject({ drop: z.array(z.strictObject({ path: text, reason: text })) }),
  archive: contents,
  annotate: z.strictObject({ set: z.record(key, annotation) }),
  upload: z.strictObject({ uploaded: z.array(digest), existing: z.array(digest), bytesSent: size.optional() }),
  tag: z.strictObject({
    tags: z.array(tagName.or(z.strictObject({ name: tagName, immutable: z.boolean() }))),
  }),
  "before:collect": nothing,
  "after:collect": entries,
  "before:filter": entries,
  "after:filter": entries,
  "before:archive": entries,
  "after:archive": contents,
  "before:annotate": contents,
  "after:annotate": nothing,
  "before:upload": nothing,
  "after:upload": belongings,
  "before:tag": belongings,
  "after:tag": nothing,
};
