/**
 * The source cannot be packaged as it is. Nothing was published, and only the user can change what is wrong: the
 * message names it.
 */
export class SourceError extends Error {
  /** The name of the class. */
  override readonly name = "SourceError";
  /** What the user can do about it, where that is not clear from the message. */
  readonly hint?: string;

  /** Says what is wrong and where, and with a hint what the user can do about it. */
  constructor(message: string, { hint, ...options }: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options);
    if (hint !== undefined) this.hint = hint;
  }
}
