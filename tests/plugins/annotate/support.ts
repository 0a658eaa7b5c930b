import assert from "node:assert/strict";
import { EMPTY_MEDIA_TYPE } from "../../../src/oci/media_types.ts";
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import type { Context } from "../../../src/work/context.ts";
import type { Factory } from "../../../src/pipeline/plugin.ts";
import type { Attributed } from "../../../src/pipeline/values.ts";
import { runBuiltIn } from "../../support/prepared.ts";
import { tool } from "../../support/tools.ts";

/** What an annotate plugin gave, and what it said. */
export interface Annotated {
  /** Values by the last part of their key: `source`, `revision`, `created`. */
  readonly values: Readonly<Record<string, string>>;
  /** Where they are from, by the same names. */
  readonly from: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  /** What is said unless it is quiet, and is no warning. */
  readonly said: readonly string[];
  readonly debug: readonly string[];
}

/** What an annotate plugin is run with. */
export interface Surroundings {
  readonly known?: Readonly<Record<string, Attributed>>;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs an annotate plugin. */
export async function annotated<O>(
  factory: Factory<"annotate", O>,
  options: Partial<O>,
  { known = {}, signal = new AbortController().signal, env = {} }: Surroundings = {},
): Promise<Annotated> {
  const warnings: string[] = [];
  const said: string[] = [];
  const debug: string[] = [];
  const context = {
    signal,
    log: {
      debug: (text) => void debug.push(text),
      info: (text) => void said.push(text),
      warn: (text) => void warnings.push(text),
    },
    scratch: { keep: () => Promise.reject(new Error("not here")) },
    progress: () => {},
  } satisfies Context;
  const config = bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}"));
  const input = { entries: [], config: config.descriptor, layers: [], known };
  const { set } = await runBuiltIn(factory, { options, input, context, env }) ?? { set: {} };
  const annotations = Object.entries(set).map(([key, value]) => {
    assert.ok(typeof value === "object", "each value has its origin");
    return [key.slice(key.lastIndexOf(".") + 1), value] as const;
  });
  return {
    values: Object.fromEntries(annotations.map(([key, { value }]) => [key, value])),
    from: Object.fromEntries(annotations.map(([key, { from }]) => [key, from])),
    warnings,
    said,
    debug,
  };
}

/** Runs git as the same person at the same time on any machine, and gives what it prints, without the last newline. */
export async function gitIn(directory: string, ...args: readonly string[]): Promise<string> {
  const printed = await tool("git", ["-c", "protocol.file.allow=always", ...args], {
    cwd: directory,
    env: {
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      GIT_AUTHOR_NAME: "A. Author",
      GIT_AUTHOR_EMAIL: "author@example.com",
      GIT_AUTHOR_DATE: "2001-01-01T00:00:00Z",
      GIT_COMMITTER_NAME: "C. Committer <odd>",
      GIT_COMMITTER_EMAIL: "committer@example.com",
      GIT_COMMITTER_DATE: "2024-05-31T12:34:56+05:30",
      LC_ALL: "C",
    },
  });
  return printed.replace(/\n$/, "");
}

/** Makes a repository with one commit on `main`. */
export async function makeRepository(directory: string, ...init: readonly string[]): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  await gitIn(directory, "init", "--quiet", "--initial-branch=main", ...init);
  await commitTo(directory, "first");
}

/** Adds a commit that changes nothing. */
export async function commitTo(directory: string, message: string): Promise<void> {
  await gitIn(directory, "commit", "--quiet", "--allow-empty", "-m", message);
}
