/** The command line or the configuration is wrong: nothing was contacted, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
