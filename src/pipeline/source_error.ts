/**
 * The source cannot be packaged as it is. Nothing was published, and only the user can change what is wrong: the message
 * names it.
 */
export class SourceError extends Error {
  /** The name of the class. */
  override readonly name = "SourceError";
}
