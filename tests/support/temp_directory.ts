/** A directory that is gone after the test. */
export interface TempDirectory extends AsyncDisposable {
  readonly path: string;
}

/** Makes an empty directory; `await using` removes it. */
export async function tempDirectory(): Promise<TempDirectory> {
  const path = await Deno.makeTempDir({ prefix: "gantry-test-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
