/** The real cosign, without a log, a certificate authority or anything else beyond this machine. */
import { join } from "node:path";
import { runTool, tool, type ToolResult } from "./tools.ts";

/** A pair of keys that cosign signs and verifies with. */
export interface CosignKeys {
  readonly private: string;
  readonly public: string;
  /** The password of the private key; an empty one when left out. */
  readonly password?: string;
}

const ENV = { COSIGN_PASSWORD: "" };
const NO_LOG = ["--tlog-upload=false", "--use-signing-config=false"];

/** Makes a pair of keys in a directory, under a name of its own. */
export async function cosignKeys(directory: string, name: string): Promise<CosignKeys> {
  const path = join(directory, name);
  await Deno.mkdir(path);
  await tool("cosign", ["generate-key-pair"], { cwd: path, env: ENV });
  return { private: join(path, "cosign.key"), public: join(path, "cosign.pub") };
}

/** Signs `HOST/REPOSITORY@DIGEST`: in a bundle, or behind the tag as cosign did before its version 3. */
export async function cosignSign(
  reference: string,
  keys: CosignKeys,
  { legacy = false }: { readonly legacy?: boolean } = {},
): Promise<void> {
  const format = legacy ? ["--new-bundle-format=false"] : [];
  await tool(
    "cosign",
    ["sign", "--key", keys.private, ...NO_LOG, ...format, "--allow-http-registry", "-y", reference],
    {
      env: { COSIGN_PASSWORD: keys.password ?? "" },
    },
  );
}

/** Attests a predicate that stands in a file, of a type that cosign knows. */
export async function cosignAttest(
  reference: string,
  keys: CosignKeys,
  { type, predicate }: { readonly type: string; readonly predicate: string },
): Promise<void> {
  const what = ["--type", type, "--predicate", predicate];
  await tool(
    "cosign",
    ["attest", "--key", keys.private, ...NO_LOG, ...what, "--allow-http-registry", "-y", reference],
    {
      env: ENV,
    },
  );
}

/** Runs `cosign verify`, or another command that verifies, with a key and without a log. */
export async function cosignVerify(
  reference: string,
  keys: CosignKeys,
  { command = "verify", flags = [] }: { readonly command?: string; readonly flags?: readonly string[] } = {},
): Promise<ToolResult> {
  const key = ["--key", keys.public, "--insecure-ignore-tlog=true", "--allow-http-registry"];
  return await runTool("cosign", [command, ...key, ...flags, reference], { env: ENV });
}
