import { PluginError } from "../../pipeline/plugin_error.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { StageError } from "../../pipeline/stage_error.ts";
import { TargetsError } from "../../pipeline/target.ts";
import { RegistryError } from "../../registry/http/registry_error.ts";
import { SourceReadError } from "../../store/stored_content.ts";
import { refusalMessage, RefusedError } from "../../verbs/judging/refused_error.ts";
import { PartlyTaggedError } from "../../verbs/copy/partly_tagged_error.ts";
import { messageOf } from "../../work/message_of.ts";

/** One error, as `-o json` prints it. */
export interface ErrorJson {
  /** The sentence that stands on standard error. */
  readonly message: string;
  /** The stage in which it happened. */
  readonly stage?: string;
  /** The plugin, the target's URL, or the consumer that would refuse, when it is known. */
  readonly where?: string;
  /** The tags that are set there, when others are not. */
  readonly tags?: readonly string[];
  /** What the registry or the plugin calls it, such as `DENIED`. */
  readonly code?: string;
  /** What of the source or of its own output a plugin names: an entry's path, or `drop[3].path`. */
  readonly path?: string;
  /**
   * What can be done about it: by the plugin's own word, for a consumer, or when the source is to be published in
   * another way.
   */
  readonly hint?: string;
  /** The HTTP status. */
  readonly status?: number;
  readonly method?: string;
  /** Without credentials and without the values of the query. */
  readonly url?: string;
  /** What the registry calls the request in its own logs. */
  readonly requestId?: string;
  /** How often it was tried. */
  readonly attempts?: number;
}

/** What `-o json` prints when a command fails. */
export interface FailedJson {
  /** The first of the errors. */
  readonly error: ErrorJson;
  /** One for each target that failed. */
  readonly errors: readonly ErrorJson[];
}

/** Says on standard output what has failed. */
export function errorJson(error: unknown): FailedJson {
  const errors = flatten(error, {});
  return { error: errors[0] ?? { message: String(error) }, errors };
}

function flatten(error: unknown, around: Omit<ErrorJson, "message">): readonly ErrorJson[] {
  if (error instanceof SuppressedError) return flatten(error.suppressed, around);
  if (error instanceof TargetsError) return error.errors.flatMap((each) => flatten(each, around));
  if (error instanceof StageError) {
    const { stage, plugin } = error;
    return flatten(error.cause, { ...around, stage, ...(plugin === undefined ? {} : { where: plugin }) });
  }
  if (error instanceof SourceReadError) return flatten(error.cause, { ...around, where: error.url });
  if (error instanceof PartlyTaggedError) return flatten(error.cause, { ...around, tags: error.tags });
  const message = messageOf(error);
  if (error instanceof PluginError) {
    const { plugin, code, path, hint } = error;
    return [{
      message,
      where: plugin,
      ...around,
      code,
      ...(path === undefined || path === "" ? {} : { path }),
      ...(hint === undefined ? {} : { hint }),
    }];
  }
  if (error instanceof RefusedError) {
    return error.refusals.map((refusal) => {
      return { message: refusalMessage(refusal), ...around, where: refusal.consumer, hint: refusal.change };
    });
  }
  if (error instanceof SourceError && error.hint !== undefined) {
    const { where: _, ...stage } = around;
    return [{ message, ...stage, hint: error.hint }];
  }
  if (!(error instanceof RegistryError)) return [{ message, ...around }];
  const { status, method, url, requestId, attempts } = error;
  const code = error.errors[0]?.code;
  return [{
    message,
    ...around,
    ...(code === undefined || code === "" ? {} : { code }),
    status,
    method,
    url,
    ...(requestId === undefined ? {} : { requestId }),
    ...(attempts === undefined ? {} : { attempts }),
  }];
}
