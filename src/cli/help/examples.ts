import type { Command } from "commander";

/** What one command line does, and the command line. */
export type Example = readonly [what: string, line: string];

const EXAMPLES = new WeakMap<Command, readonly Example[]>();

/**
 * Declares the examples that stand on top of a command's help. A test runs each of them in a directory that has what
 * they name, such as `./deploy`, with a registry in the place of `ghcr.io` and `registry.site`.
 */
export function withExamples(command: Command, examples: readonly Example[]): Command {
  EXAMPLES.set(command, examples);
  return command;
}

/** The examples of a command, in the order of its help; none for a command that only holds others. */
export function examplesOf(command: Command): readonly Example[] {
  return EXAMPLES.get(command) ?? [];
}
