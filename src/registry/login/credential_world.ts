import { changePrivateFile, readTextIfThere } from "../../system/private_file.ts";
import { type ProgramResult, runProgram } from "../../system/run_program.ts";

/** What looking for credentials touches, so that a test can give its own. */
export interface CredentialWorld {
  /** Ends programs that run. */
  readonly signal: AbortSignal;
  /** The value of an environment variable. */
  env(name: string): string | undefined;
  /** The text of a file; `undefined` when there is none. */
  readTextFile(path: string): Promise<string | undefined>;
  /** Changes a file that only its owner can read, as {@linkcode changePrivateFile} does. */
  changeFile(path: string, change: (text: string | undefined) => string | undefined): Promise<void>;
  /** Runs a program to its end; `undefined` when there is no such program. */
  run(program: string, args: readonly string[], input: string): Promise<ProgramResult | undefined>;
}

/** The files and programs of this machine. */
export function systemCredentialWorld(
  options: { readonly env: (name: string) => string | undefined; readonly signal: AbortSignal },
): CredentialWorld {
  const { env, signal } = options;
  return {
    signal,
    env,
    readTextFile: readTextIfThere,
    changeFile: changePrivateFile,
    run(program, args, input): Promise<ProgramResult | undefined> {
      const path = env("PATH");
      return runProgram(program, { args, input, signal, hidden: HIDDEN, ...(path === undefined ? {} : { path }) });
    },
  };
}

/** What signs is no business of whoever knows a password. */
const HIDDEN = ["COSIGN_PASSWORD", "SIGSTORE_ID_TOKEN"];
