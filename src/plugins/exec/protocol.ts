import { z } from "../../pipeline/schema.ts";

/** The version of the exec protocol that gantry speaks. */
export const PROTOCOL = 1;

/** The stages at which a program can stand: all but `upload`, which is more than one question and one answer. */
export const EXEC_STAGES = [
  "collect",
  "filter",
  "archive",
  "annotate",
  "tag",
  "before:collect",
  "after:collect",
  "before:filter",
  "after:filter",
  "before:archive",
  "after:archive",
  "before:annotate",
  "after:annotate",
  "before:upload",
  "after:upload",
  "before:tag",
  "after:tag",
] as const;

/** A stage at which a program can stand. */
export type ExecStage = (typeof EXEC_STAGES)[number];

/** What a program says of itself: the answer to `PROGRAM metadata`. */
export const METADATA = z.strictObject({
  protocol: z.array(z.int().min(1)).min(1)
    .describe("The versions of the protocol that the program speaks; this page is about version 1."),
  name: z.string().min(1)
    .describe("Who it is, such as acme:policy-gate."),
  version: z.string().min(1)
    .describe("The program's own version, as SemVer."),
  stage: z.enum(EXEC_STAGES)
    .describe("Where it stands in the pipeline."),
  description: z.string().exactOptional()
    .describe("One sentence for `gantry plugin list`."),
  optionsSchema: z.record(z.string(), z.unknown()).exactOptional()
    .describe("The JSON Schema of the options; no options when left out."),
  env: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable"))
    .exactOptional()
    .describe("The environment variables that it needs beyond those that every program gets."),
  files: z.boolean().exactOptional()
    .describe("Whether it reads the files of the entries: each entry then has a `file`."),
  blobs: z.boolean().exactOptional()
    .describe("Whether it reads config, layers and manifest: each blob then has a `file`."),
  inPlan: z.enum(["run", "skip"]).exactOptional()
    .describe("What happens in a plan; it runs when left out. From before:upload on, nothing runs in a plan."),
}).meta({ title: "Metadata of an exec plugin", description: "What `PROGRAM metadata` prints." });

/** What a program says of itself. */
export type Metadata = z.infer<typeof METADATA>;

/** One message for the user. */
export const RESULT = z.strictObject({
  severity: z.enum(["error", "warning", "info"])
    .describe("How bad it is. An error fails the run."),
  message: z.string().min(1)
    .describe("What it is, as a sentence."),
  code: z.string().exactOptional()
    .describe("Names this kind of message for programs."),
  path: z.string().exactOptional()
    .describe("What it is about, such as an entry's path."),
  hint: z.string().exactOptional()
    .describe("What can be done about it."),
});

/** One message for the user. */
export type Result = z.infer<typeof RESULT>;

/** Why a program ends the run. */
export const FAILED = z.strictObject({
  code: z.string().min(1)
    .describe("Names this kind of failure for programs, such as TOO_LARGE."),
  message: z.string().min(1)
    .describe("What is wrong, as a sentence."),
  hint: z.string().exactOptional()
    .describe("What the user can do about it."),
  path: z.string().exactOptional()
    .describe("What it is about, such as an entry's path."),
}).describe("The run ends with this error.");
