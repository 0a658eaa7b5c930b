import type { Log } from "../../work/context.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { PluginContext, Skip } from "../../pipeline/plugin.ts";
import { lastWords } from "../../system/programs/last_words.ts";
import { parseAnswer, type ProgramAnswer } from "./parse_answer.ts";
import { programEnvironment } from "./program_environment.ts";
import { type Metadata, PROTOCOL, type Result } from "./protocol.ts";
import { makeRoom, type Room } from "./room.ts";
import { PATIENCE, runExecProgram } from "../../system/programs/run_exec_program.ts";
import { type StageOutput, stageOutput } from "./stage_output.ts";
import { contentsIn, toJson } from "./to_json.ts";
import { messageOf } from "../../work/message_of.ts";

/** A program that said what it is. */
export interface Program {
  /** Its absolute path. */
  readonly file: string;
  readonly metadata: Metadata;
  /** The value of a variable of gantry's own environment. */
  readonly env: (name: string) => string | undefined;
}

/** What a program is called with. */
export interface ProgramCall {
  readonly input: unknown;
  readonly options: unknown;
}

const ANSWER_SIZE = 16 * 1024 * 1024;

/** Runs a program for its stage: the input becomes JSON and files, and what it answers becomes the stage's output. */
export async function callProgram(
  program: Program,
  call: ProgramCall,
  context: PluginContext,
): Promise<StageOutput | Skip> {
  await using room = await makeRoom(context.signal);
  const answer = await ask(program, call, { room, context });
  tell(answer.results ?? [], context);
  if (answer.failed !== undefined) {
    const { code, message, ...more } = answer.failed;
    context.fail(code, message, more);
  }
  if (answer.skipped !== undefined) return context.skip(answer.skipped);
  if (answer.output === undefined) return undefined;
  const entries = entriesIn(call.input);
  const from = { outputDirectory: room.outputDirectory, entries, contents: contentsIn(call.input), context };
  return await stageOutput(answer.output, from).catch((cause) => {
    if (context.signal.aborted) throw context.signal.reason;
    return wrong(program, cause, context);
  });
}

async function ask(
  { file, metadata, env }: Program,
  { input, options }: ProgramCall,
  { room, context }: { readonly room: Room; readonly context: PluginContext },
): Promise<ProgramAnswer> {
  const { plugin, mode, sourceDate, host, log, signal } = context;
  const request = {
    protocol: PROTOCOL,
    stage: metadata.stage,
    input: await toJson(input, metadata, room),
    options,
    context: {
      id: plugin.id,
      mode,
      ...(sourceDate === undefined ? {} : { sourceDate: sourceDate.toISOString() }),
      host: { version: host.version },
      outputDirectory: room.outputDirectory,
      ...(metadata.files ? { filesDirectory: room.filesDirectory } : {}),
    },
  };
  const ended = await runExecProgram(file, {
    args: ["run"],
    env: programEnvironment(env, { declared: context.env, sourceDate }),
    input: `${JSON.stringify(request)}\n`,
    signal,
    line: (text) => log.info(text),
    limit: ANSWER_SIZE,
    patience: PATIENCE,
  }).catch((cause) => {
    if (signal.aborted) throw signal.reason;
    return context.fail("EXEC_FAILED", messageOf(cause), { cause });
  });
  if (ended.code !== 0 || ended.signal !== null) {
    context.fail("EXEC_FAILED", `The program ${JSON.stringify(file)} failed: ${lastWords(ended)}`);
  }
  try {
    return parseAnswer(ended.stdout, metadata.stage);
  } catch (cause) {
    return wrong({ file }, cause, context);
  }
}

function wrong({ file }: Pick<Program, "file">, cause: unknown, context: PluginContext): never {
  const reason = messageOf(cause);
  return context.fail("EXEC_ANSWER", `Cannot use the answer of ${JSON.stringify(file)}: ${reason}`, { cause });
}

/** Shows the messages of a program. The first error among them fails the run, whatever else the program says. */
function tell(results: readonly Result[], context: PluginContext): void {
  const [first, ...others] = results.filter(({ severity }) => severity === "error");
  for (const result of results) {
    if (result !== first) say(result, context.log);
  }
  if (first === undefined) return;
  const { code = "EXEC_FAILED", message, hint, path } = first;
  context.fail(code, others.length === 0 ? message : `${message} (and ${others.length} more, see above)`, {
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
  });
}

function say({ severity, code, message, path, hint }: Result, log: Log): void {
  const where = path === undefined ? "" : `${path}: `;
  const kind = severity === "error" ? "error: " : "";
  const named = code === undefined ? "" : ` (${code})`;
  log[severity === "info" ? "info" : "warn"](
    `${kind}${where}${message}${named}${hint === undefined ? "" : `; ${hint}`}`,
  );
}

function entriesIn(input: unknown): ReadonlyMap<string, Entry> {
  const { entries = [] } = input as { readonly entries?: readonly Entry[] };
  return new Map(entries.map((entry) => [entry.path, entry]));
}
