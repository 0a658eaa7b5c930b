import type { Digest } from "../oci/digest.ts";
import type { Reference } from "../oci/reference.ts";
import type { Context } from "../work/context.ts";
import { StageError, type StageName } from "./stage_error.ts";
import type { Artifact, Receipt } from "./values.ts";
import type { Attachments } from "../store/bring.ts";
import type { Moved, StoreReader, TagName } from "../store/store.ts";
import type { Belongings } from "./plugin.ts";

/** A place to publish to. Every one of several gets everything. */
export interface Target {
  /** The upload plugin that reaches it. */
  readonly name: string;
  /** The place without tag and digest: `oci://HOST/REPOSITORY`, `oci-layout:PATH`, or what a plugin calls it. */
  readonly url: string;
  /** What is there, to be asked about it; left out when nobody but a plugin can. */
  readonly reader?: StoreReader;
  /** The tag that this target alone gets. */
  readonly ownTag?: TagName;
  /** The digest that the target's own reference demands; publishing another one is refused. */
  readonly ownDigest?: Digest;
  /** Says what a tag points to now; `undefined` when there is no such tag. Changes nothing. */
  resolve(tag: string, context: Context): Promise<Digest | undefined>;
  /**
   * Finds out all at once what upload and tag would ask for one after the other, the immutable tags excepted; left out
   * where asking costs nothing. Sends nothing of the artifact.
   */
  readonly look?: (artifact: Artifact, tags: readonly TagName[], context: Context) => Promise<void>;
  /**
   * Brings blobs and then the manifest to the place, without any tag. What is there already is not sent.
   *
   * @param tags The names that {@linkcode Target.tag} will set; a target that writes one file needs them now.
   */
  upload(artifact: Artifact, tags: readonly TagName[], context: Context, options?: UploadOptions): Promise<Receipt>;
  /** Which kinds of what belongs to an artifact the place takes. */
  readonly takes: readonly (keyof Belongings)[];
  /** Brings what belongs to what was uploaded, unless it is there, and makes sure that all of it stays and is found. */
  bring(attachments: Attachments, context: Context): Promise<void>;
  /** Points tags to the uploaded manifest. */
  tag(artifact: Artifact, tags: readonly TagName[], context: Context): Promise<readonly Moved[]>;
  /** Gives up what an upload that came to no tag has left behind. */
  discard(context: Context): Promise<void>;
}

/** How an artifact is uploaded. */
export interface UploadOptions {
  /**
   * Whether the tags are set next, whatever happens elsewhere: then they may bring the manifest, which saves a request.
   */
  readonly areTagsNext?: boolean;
}

/** Some targets failed. With more than one failure, `errors` has each of them. */
export class TargetsError extends AggregateError {
  /** The name of the class. */
  override readonly name = "TargetsError";
  /** The targets for which the work was done. */
  readonly done: readonly string[];
  /** The targets for which it failed, in the order of `errors`. */
  readonly failed: readonly string[];

  /** Sums up what failed; `done` and `failed` are URLs of targets. */
  constructor(errors: readonly Error[], done: readonly string[], failed: readonly string[]) {
    super(errors, errors.map(({ message }) => message).join("; "), { cause: errors[0] });
    this.done = done;
    this.failed = failed;
  }
}

/**
 * Does something for every target at once, and waits for all of them even when one fails.
 *
 * @returns The results, in the order of the targets.
 * @throws {TargetsError} When one or more failed.
 */
export async function everyTarget<T, Place extends Pick<Target, "url"> = Target>(
  stage: StageName,
  targets: readonly Place[],
  work: (target: Place) => Promise<T>,
): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(targets.map(async (target) => await work(target)));
  const results: T[] = [];
  const errors: StageError[] = [];
  const done: string[] = [];
  const failed: string[] = [];
  outcomes.forEach((outcome, at) => {
    const target = targets[at];
    if (target === undefined) return;
    if (outcome.status === "fulfilled") {
      results.push(outcome.value);
      done.push(target.url);
    } else {
      errors.push(StageError.from(outcome.reason, stage, target.url));
      failed.push(target.url);
    }
  });
  if (errors.length > 0) throw new TargetsError(errors, done, failed);
  return results;
}

/** What a target's own reference says of the artifact. */
export interface OwnReference {
  /** The tag that this target alone gets. */
  readonly ownTag?: TagName;
  /** The digest that must be published. */
  readonly ownDigest?: Digest;
}

/** Reads a target's own reference. */
export function ownReference({ tag, digest }: Reference, { immutable }: { readonly immutable: boolean }): OwnReference {
  return {
    ...(tag === undefined ? {} : { ownTag: { name: tag, immutable } }),
    ...(digest === undefined ? {} : { ownDigest: digest }),
  };
}
