import { join } from "node:path";
import { tool } from "./tools.ts";

/** The programs that a signed chart needs. */
export const HELM_TOOLS = ["helm", "gpg", "gpg-agent", "gpgconf"] as const;

/** Runs Helm, which must succeed, and gives what it wrote to standard output. */
export type Helm = (...args: readonly string[]) => Promise<string>;

/**
 * Makes a Helm that works in a directory and reads and writes nothing of the user's.
 *
 * @param directory It holds what Helm remembers, too.
 */
export function helmIn(directory: string): Helm {
  const env = Object.fromEntries(
    ["CONFIG", "CACHE", "DATA"].map((what) => [`HELM_${what}_HOME`, join(directory, ".helm", what.toLowerCase())]),
  );
  return (...args) => tool("helm", args, { cwd: directory, env });
}

/** What Helm signs charts with, and verifies them by. */
export interface HelmKeys {
  /** The name of the key. */
  readonly name: string;
  /** The file with the secret key. */
  readonly secret: string;
  /** The file with the public key. */
  readonly public: string;
}

/** Makes a key without a passphrase, by GnuPG (command `gpg`), in a directory that exists. */
export async function makeHelmKeys(directory: string): Promise<HelmKeys> {
  const keys = { name: "Gantry Test", secret: join(directory, "secret.gpg"), public: join(directory, "public.gpg") };
  const home = join(directory, ".gnupg");
  await Deno.mkdir(home, { mode: 0o700 });
  const gpg = (...args: readonly string[]): Promise<string> => {
    return tool("gpg", ["--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", ...args]);
  };
  try {
    await gpg("--quick-gen-key", `${keys.name} <test@example.com>`, "rsa2048", "sign", "never");
    await gpg("--output", keys.secret, "--export-secret-keys");
    await gpg("--output", keys.public, "--export");
  } finally {
    // The agent that holds the key would outlive the test.
    await tool("gpgconf", ["--homedir", home, "--kill", "all"]);
  }
  return keys;
}
