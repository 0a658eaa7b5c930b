import { StageError } from "../pipeline/stage_error.ts";
import { TargetsError } from "../pipeline/targets.ts";
import { UsageError } from "./usage_error.ts";

/** What the process says to its caller. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** Failed after something was contacted. */
  failed: 1,
  /** The command line, the configuration or the source is wrong; nothing was contacted. */
  usage: 2,
  /** Some targets have it under its tags and others do not. */
  partial: 3,
  /** Interrupted. */
  interrupted: 130,
} as const;

/** The exit code for an error. */
export function exitCode(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return EXIT.interrupted;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof StageError) {
    if (error.cause instanceof TargetsError && error.stage === "tag" && error.cause.done.length > 0) {
      return EXIT.partial;
    }
    return error.stage === "upload" || error.stage === "tag" ? EXIT.failed : EXIT.usage;
  }
  return EXIT.failed;
}
