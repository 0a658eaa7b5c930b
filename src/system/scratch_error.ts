/** There is no place for temporary files, or no room in it. */
export class ScratchError extends Error {
  /** The name of the class. */
  override readonly name = "ScratchError";
}
