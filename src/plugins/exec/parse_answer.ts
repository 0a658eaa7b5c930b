import { describeSchema, knownKeys } from "../../driver/issue_message.ts";
import { z } from "../../pipeline/schema.ts";
import { problemsIn } from "./problems_in.ts";
import { OUTPUTS } from "./outputs.ts";
import { type ExecStage, FAILED, RESULT } from "./protocol.ts";
import { excerpt } from "./excerpt.ts";

/** What a program answered. */
export interface ProgramAnswer extends z.infer<typeof ANSWER> {
  /** Checked against the stage. */
  readonly output?: object;
}

const ANSWER = z.strictObject({
  output: z.unknown().exactOptional(),
  skipped: z.string().min(1).exactOptional(),
  failed: FAILED.exactOptional(),
  results: z.array(RESULT).exactOptional(),
});

/**
 * Parses what a program wrote to its standard output.
 *
 * @throws {SyntaxError} When it is not one JSON document, or not what its stage may answer; says where.
 */
export function parseAnswer(text: string, stage: ExecStage): ProgramAnswer {
  const json = parseJson(text);
  const { schema, required } = OUTPUTS[stage];
  const [bare] = schema === undefined || has(json, "output")
    ? []
    : knownKeys(describeSchema(schema), []).filter((key) => has(json, key));
  if (bare !== undefined) throw new SyntaxError(`${bare} belongs in "output": {"output":{"${bare}":…}}`);
  const { output, ...answer } = checked(ANSWER, json);
  const said = [output, answer.skipped, answer.failed].filter((each) => each !== undefined);
  if (said.length > 1) throw new SyntaxError('it says more than one of "output", "skipped" and "failed"');
  if (answer.skipped !== undefined || answer.failed !== undefined) return answer;
  if (output === undefined) {
    if (required) throw new SyntaxError('it says none of "output", "skipped" and "failed"');
    return answer;
  }
  if (schema === undefined) throw new SyntaxError(`it gives an "output", and at ${stage} there is none`);
  return { ...answer, output: checked(schema, output, ["output"]) };
}

function has(json: unknown, key: string): boolean {
  return typeof json === "object" && json !== null && Object.hasOwn(json, key);
}

/**
 * Parses one JSON document.
 *
 * @throws {SyntaxError} When it is none; shows how it begins.
 */
export function parseJson(text: string): unknown {
  if (text.trim() === "") throw new SyntaxError("it wrote nothing to standard output, where one JSON document belongs");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`it is not one JSON document: ${excerpt(text)}`, { cause });
  }
}

/**
 * Checks a value.
 *
 * @param path Where the value stands in what the program wrote.
 * @throws {SyntaxError} Says what is wrong and where.
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, path: readonly string[] = []): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new SyntaxError(problemsIn(result.error.issues, { schema, value, path }));
}
