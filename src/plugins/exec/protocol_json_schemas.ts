import { z } from "../../pipeline/schema.ts";
import { INPUTS } from "./inputs.ts";
import { OUTPUTS } from "./outputs.ts";
import { EXEC_STAGES, type ExecStage, FAILED, METADATA, PROTOCOL, RESULT } from "./protocol.ts";

/**
 * The JSON Schemas of the protocol: what a program prints, gets and answers, by the name of the file that has each.
 * The same fields always come in the same order.
 */
export function protocolJsonSchemas(): Readonly<Record<string, object>> {
  const schemas: Record<string, object> = { "metadata.json": jsonSchema(METADATA) };
  for (const stage of EXEC_STAGES) {
    const name = stage.replace(":", "-");
    schemas[`${name}.request.json`] = jsonSchema(requestSchema(stage));
    schemas[`${name}.response.json`] = jsonSchema(responseSchema(stage));
  }
  return schemas;
}

/** What a program reads on its standard input. */
export function requestSchema(stage: ExecStage): z.ZodType {
  return z.strictObject({
    protocol: z.literal(PROTOCOL),
    stage: z.literal(stage),
    input: INPUTS[stage],
    options: z.record(z.string(), z.unknown()).describe("Checked by the program's own schema, defaults filled in."),
    context: z.strictObject({
      id: z.string().describe("The plugin's name in this pipeline."),
      mode: z.enum(["run", "plan"]).describe("plan when nothing will be published."),
      sourceDate: z.string().exactOptional()
        .describe("The time that stands for now (RFC 3339), when there is one. Never the clock's."),
      host: z.strictObject({ version: z.string().describe("The version of gantry.") }),
      outputDirectory: z.string().describe("An empty directory for the files that the program makes."),
      filesDirectory: z.string().exactOptional()
        .describe("The directory that has the files of all entries, when the metadata says `files`."),
    }),
  }).meta({ title: `Request to an exec plugin at ${stage}`, description: "What the program reads on standard input." });
}

/** What a program writes to its standard output. */
export function responseSchema(stage: ExecStage): z.ZodType {
  const results = z.array(RESULT).exactOptional().describe("Messages for the user.");
  const { schema, required } = OUTPUTS[stage];
  const output = schema === undefined ? {} : { output: required ? schema : schema.exactOptional() };
  return z.union([
    z.strictObject({ ...output, results }),
    z.strictObject({ skipped: z.string().min(1).describe("Why there was nothing to do."), results }),
    z.strictObject({ failed: FAILED, results }),
  ]).meta({ title: `Response of an exec plugin at ${stage}`, description: "What the program prints, once." });
}

function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
}
