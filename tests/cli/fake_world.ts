import { createEnvironment } from "../../src/cli/environment.ts";
import { createSecrets } from "../../src/cli/secrets.ts";
import type { Terminal, World } from "../../src/cli/world.ts";

/** A world that keeps what is written to it. */
export interface FakeWorld extends World {
  readonly written: { stdout: string; stderr: string };
}

/** Makes a world without environment and standard input. */
export function fakeWorld(terminal?: Terminal): FakeWorld {
  const written = { stdout: "", stderr: "" };
  const secrets = createSecrets();
  return {
    written,
    ...createEnvironment(() => undefined, secrets),
    secrets,
    stdin: () => ReadableStream.from([]),
    stdout: (text) => {
      written.stdout += text;
    },
    takeStdout: () => undefined,
    stderr: (text) => {
      written.stderr += text;
    },
    signal: new AbortController().signal,
    ...(terminal === undefined ? {} : { terminal }),
  } satisfies FakeWorld;
}
