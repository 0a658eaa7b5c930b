import { messageOf } from "../work/message_of.ts";

/** The name of a stage. */
export type StageName = "collect" | "filter" | "archive" | "annotate" | "upload" | "tag";

/** Something went wrong in a stage. The message is the cause's own; `stage` and `plugin` say where it happened. */
export class StageError extends Error {
  /** The name of the class. */
  override readonly name = "StageError";
  /** The stage that was running. */
  readonly stage: StageName;
  /** The id of the plugin that failed, or a target's URL, when it is known. */
  readonly plugin: string | undefined;

  /** Blames a stage, and a plugin when it is known, for what was thrown. */
  constructor(stage: StageName, plugin: string | undefined, cause: unknown) {
    super(messageOf(cause), { cause });
    this.stage = stage;
    this.plugin = plugin;
  }

  /** Wraps an error once: what a plugin's blame already wraps is passed on as it is. */
  static from(cause: unknown, stage: StageName, plugin?: string): StageError {
    return cause instanceof StageError ? cause : new StageError(stage, plugin, cause);
  }
}

/** Runs a plugin's own code, so that what it throws names the plugin. */
export async function blame<T>(stage: StageName, plugin: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw StageError.from(cause, stage, plugin);
  }
}
