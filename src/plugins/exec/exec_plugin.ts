import type { AnyPlugin, Kit, PluginFactory } from "../../pipeline/plugin.ts";
import { PluginError } from "../../pipeline/plugin_error.ts";
import { findProgram } from "../../system/programs/find_program.ts";
import { parseMetadata } from "./metadata.ts";
import { optionsSchema } from "./options_schema.ts";
import { programEnvironment } from "./program_environment.ts";
import type { Metadata } from "./protocol.ts";
import { type Ended, PATIENCE, runExecProgram } from "../../system/programs/run_exec_program.ts";
import { callProgram } from "./call_program.ts";
import { lastWords } from "../../system/programs/last_words.ts";
import { messageOf } from "../../work/message_of.ts";

/** Where a program is and what it runs in. */
export interface ExecOptions {
  /** The directory that a program with a `/` in its name is relative to. */
  readonly base: string;
  /** The value of a variable of gantry's own environment. */
  readonly env: (name: string) => string | undefined;
  /** Ends the question for the metadata. */
  readonly signal: AbortSignal;
  /** How long a program may take to say its metadata, in milliseconds; 30 seconds when left out. */
  readonly limit?: number;
}

const METADATA_LIMIT = 30_000;
const METADATA_SIZE = 1024 * 1024;

/**
 * Makes a plugin of a program, by the exec protocol: `PROGRAM metadata` is asked now, `PROGRAM run` when the stage
 * runs.
 *
 * @param program A name to look for on `PATH`, or a path with a `/`.
 * @throws {PluginError} When there is no such program, or what it says of itself is no metadata.
 * @throws The signal's reason, when it is aborted.
 */
export async function execPlugin(program: string, options: ExecOptions): Promise<PluginFactory> {
  const origin = `exec:${program}`;
  const { file, metadata, schema } = await described(program, options).catch((cause) => {
    if (options.signal.aborted) throw options.signal.reason;
    const message = messageOf(cause);
    throw new PluginError(message, { code: "PLUGIN_INVALID", plugin: origin, cause });
  });
  return (kit) => plugin(kit, { file, metadata, schema, env: options.env });
}

interface Described {
  readonly file: string;
  readonly metadata: Metadata;
  readonly schema: ReturnType<typeof optionsSchema>;
}

async function described(program: string, options: ExecOptions): Promise<Described> {
  const { base, env, signal, limit = METADATA_LIMIT } = options;
  const file = await findProgram(program, { base, path: env("PATH") });
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(
      new Error(`Cannot ask ${JSON.stringify(file)} for its metadata: it did not end within ${limit / 1000} s`),
    );
  }, limit);
  try {
    const ended = await runExecProgram(file, {
      args: ["metadata"],
      env: programEnvironment(env),
      input: "",
      signal: AbortSignal.any([signal, late.signal]),
      line: () => {},
      limit: METADATA_SIZE,
      patience: PATIENCE,
    });
    const metadata = understood(ended);
    return { file, metadata, schema: optionsSchema(metadata.optionsSchema ?? { type: "object" }) };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new Error(`Cannot use the metadata of ${JSON.stringify(file)}: ${cause.message}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function understood(ended: Ended): Metadata {
  if (ended.code !== 0 || ended.signal !== null) throw new SyntaxError(lastWords(ended));
  return parseMetadata(ended.stdout);
}

function plugin(
  kit: Kit,
  { file, metadata, schema, env }: Described & Pick<ExecOptions, "env">,
): AnyPlugin {
  const { name, version, stage, description, inPlan, env: declared } = metadata;
  return kit.plugin({
    name,
    version,
    apiVersion: 1,
    stage,
    options: schema,
    ...(description === undefined ? {} : { description }),
    ...(declared === undefined ? {} : { env: declared }),
    ...(inPlan === undefined ? {} : { inPlan }),
    run: (input, options, context) => callProgram({ file, metadata, env }, { input, options }, context),
  }) as AnyPlugin;
}
