import { OptionsError } from "../../options/options_error.ts";
import { PluginError } from "../../pipeline/plugin_error.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { StageError } from "../../pipeline/stage_error.ts";
import { TargetsError } from "../../pipeline/target.ts";
import { TagExistsError } from "../../store/store.ts";
import { Interruption } from "../process/interruption.ts";
import { OutputError } from "../process/text_writer.ts";

/** What the process says to its caller. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** Failed after something was contacted. */
  failed: 1,
  /** The command line, the configuration or the source is wrong; nothing was contacted. */
  usage: 2,
  /** Everything is uploaded, but not every tag is set everywhere. */
  partial: 3,
  /** Interrupted; by SIGHUP it is 129 and by SIGTERM 143, see {@linkcode Interruption}. */
  interrupted: 130,
  /** Nobody reads standard output any more, as in `gantry plan | head`: what a SIGPIPE would give. */
  closed: 141,
} as const;

/** What each exit code means, those of signals included. */
export const EXIT_MEANINGS: readonly (readonly [code: number, what: string])[] = [
  [EXIT.done, "Done"],
  [EXIT.failed, "Failed after something was contacted; `diff`: they differ; `verify`: it is damaged or not signed"],
  [EXIT.usage, "The command line, the configuration or the source is wrong; nothing was contacted"],
  [EXIT.partial, "Everything is uploaded, but not every tag is set everywhere; the same command completes it"],
  [129, "The terminal is gone (SIGHUP)"],
  [EXIT.interrupted, "Interrupted (SIGINT, Ctrl-C)"],
  [EXIT.closed, "Nobody reads standard output any more, as in `gantry plan | head`"],
  [143, "Told to end (SIGTERM)"],
];

/** The exit code for an error. */
export function exitCode(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return signal.reason instanceof Interruption ? signal.reason.exitCode : EXIT.interrupted;
  if (error instanceof SuppressedError) return exitCode(error.suppressed, signal);
  if (error instanceof OutputError && error.isClosed) return EXIT.closed;
  // A plugin or a source that cannot be used, before any stage has begun.
  if (error instanceof OptionsError || error instanceof PluginError || error instanceof SourceError) return EXIT.usage;
  if (error instanceof StageError) {
    if (error.stage === "tag") return error.cause instanceof TargetsError ? taggingCode(error.cause) : EXIT.failed;
    return error.stage === "upload" ? EXIT.failed : EXIT.usage;
  }
  return EXIT.failed;
}

/**
 * Of several tags some may be set, even in a single target. None is when what was to come before them has failed, such
 * as a signature or the manifest that the first one brings, or when the first one refuses to move.
 */
function taggingCode({ done, errors }: TargetsError): number {
  const areBefore = errors.every((error) => error instanceof StageError && error.stage === "upload");
  const refused = errors.every((error) => error instanceof StageError && error.cause instanceof TagExistsError);
  return areBefore || refused && done.length === 0 ? EXIT.failed : EXIT.partial;
}
