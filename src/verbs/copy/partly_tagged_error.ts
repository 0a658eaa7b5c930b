import { messageOf } from "../../work/message_of.ts";

/** Some tags of a destination are set, and then something failed. The message is the cause's own. */
export class PartlyTaggedError extends Error {
  /** The name of the class. */
  override readonly name = "PartlyTaggedError";
  /** The tags that are set. */
  readonly tags: readonly string[];

  /** Adds the tags that are set to what was thrown. */
  constructor(tags: readonly string[], cause: unknown) {
    super(messageOf(cause), { cause });
    this.tags = tags;
  }
}
