/**
 * Credential helpers: programs that keep credentials, such as the system's keychain.
 *
 * @see {@link https://github.com/docker/docker-credential-helpers#development | docker-credential-helpers, protocol}
 */
import type { CredentialWorld } from "./credential_world.ts";
import type { Credential } from "./credentials.ts";
import type { ProgramResult } from "../../system/run_program.ts";

/** What a helper's answer means. */
export type HelperAnswer =
  | { readonly kind: "found"; readonly credential: Credential }
  /** The helper works, and knows nothing of the server. */
  | { readonly kind: "unknown" }
  /** There is no such program here. */
  | { readonly kind: "missing" };

/** A helper that should know credentials has failed, so whether there are any is not known. */
export class HelperError extends Error {
  override readonly name = "HelperError";
}

/** What a helper says in place of a name when the secret is a refresh token. */
const TOKEN_USERNAME = "<token>";
const NOT_FOUND = "credentials not found in native keychain";
/** Nothing but a plain name becomes part of a program's name. */
const HELPER_NAME_REGEXP = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;

/** The program behind the name of a helper. */
export function helperProgram(helper: string): string {
  return `docker-credential-${helper}`;
}

/**
 * Asks a helper for a server's credentials.
 *
 * @throws {Error} When the helper fails or answers something else than the protocol says.
 */
export async function askHelper(helper: string, server: string, world: CredentialWorld): Promise<HelperAnswer> {
  const result = await runHelper(helper, "get", server, world);
  if (result === undefined) return { kind: "missing" };
  if (result.code !== 0) {
    if (isNotFound(result)) return { kind: "unknown" };
    throw failure(helper, "get", result);
  }
  const [username, secret] = parseAnswer(result.stdout, helper);
  if (username === "" && secret === "") return { kind: "unknown" };
  return {
    kind: "found",
    credential: username === TOKEN_USERNAME
      ? { kind: "identity-token", token: secret }
      : { kind: "password", username, password: secret },
  };
}

/**
 * Gives a helper credentials to keep.
 *
 * @throws {TypeError} When it is a token for the registry itself, which the protocol does not know.
 * @throws {Error} When there is no such helper or it fails.
 */
export async function storeInHelper(
  helper: string,
  server: string,
  credential: Credential,
  world: CredentialWorld,
): Promise<void> {
  if (credential.kind === "registry-token") {
    throw new TypeError(`Cannot keep a token without a user name with ${helperProgram(helper)}`);
  }
  const [Username, Secret] = credential.kind === "password"
    ? [credential.username, credential.password]
    : [TOKEN_USERNAME, credential.token];
  const result = await runHelper(helper, "store", JSON.stringify({ ServerURL: server, Username, Secret }), world);
  if (result === undefined) throw missing(helper);
  if (result.code !== 0) throw failure(helper, "store", result, Secret);
}

/**
 * Lets a helper forget a server.
 *
 * @returns Whether it knew the server.
 * @throws {Error} When there is no such helper or it fails.
 */
export async function eraseInHelper(helper: string, server: string, world: CredentialWorld): Promise<boolean> {
  // Some helpers erase what they do not know without a word, others call it an error.
  const known = await askHelper(helper, server, world);
  if (known.kind === "missing") throw missing(helper);
  if (known.kind === "unknown") return false;
  const result = await runHelper(helper, "erase", server, world);
  if (result === undefined) throw missing(helper);
  if (result.code !== 0) throw failure(helper, "erase", result);
  return true;
}

async function runHelper(
  helper: string,
  action: "get" | "store" | "erase",
  input: string,
  world: CredentialWorld,
): Promise<ProgramResult | undefined> {
  if (!HELPER_NAME_REGEXP.test(helper)) {
    throw new SyntaxError(`Cannot use ${JSON.stringify(helper)} as a credential helper: it is not a plain name`);
  }
  return await world.run(helperProgram(helper), [action], input);
}

function parseAnswer(text: string, helper: string): readonly [username: string, secret: string] {
  try {
    const { Username: username, Secret: secret } = JSON.parse(text);
    if (typeof username === "string" && typeof secret === "string") return [username, secret];
  } catch {
    // What it did answer may be a secret.
  }
  throw new SyntaxError(`Cannot read the answer of ${helperProgram(helper)} get: it is not a name and a secret`);
}

function isNotFound({ stdout, stderr }: ProgramResult): boolean {
  return stdout.includes(NOT_FOUND) || stderr.includes(NOT_FOUND);
}

function missing(helper: string): Error {
  return new Error(`Cannot run ${helperProgram(helper)}: there is no such program`);
}

/** Makes an error of what the helper says, which stands on standard output as often as on the other one. */
function failure(helper: string, action: string, { code, stdout, stderr }: ProgramResult, secret = ""): Error {
  // Where an answer was expected there may be one, whatever the exit code says.
  const words = `${stderr} ${stdout.includes("{") ? "" : stdout}`;
  const said = (secret === "" ? words : words.replaceAll(secret, "***"))
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, " ").trim();
  const shown = said.length > 300 ? `${said.slice(0, 300)}…` : said;
  return new Error(`Cannot use ${helperProgram(helper)} ${action}: it ended with ${code}${shown && `, ${shown}`}`);
}
