import { whyUnreadable } from "../../system/io_error.ts";
import { openNamedFile } from "../../system/open_file.ts";
import { readSmallText } from "../../system/read_small_file.ts";
import type { Clock } from "../../system/clock.ts";
import type { Log } from "../../work/context.ts";
import { ACTIONS_VARIABLES, TOKEN_VARIABLE } from "../keyless/token_source.ts";
import { KeyError } from "../public_key.ts";
import { execSigner } from "./exec_signer.ts";
import { keySigner } from "./key_signer.ts";
import { parsePrivateKey } from "./parse_private_key.ts";
import { EXEC_KEY_PREFIX } from "./program_of_key.ts";
import type { Signer } from "./signer.ts";

/** What signers are opened with. */
export interface SignerMeans {
  /** The value of an environment variable. */
  readonly env: (name: string) => string | undefined;
  /**
   * The password of a key that is encrypted, where `COSIGN_PASSWORD` has none.
   *
   * @param key What people call the key.
   * @returns `undefined` when there is nobody to ask.
   */
  readonly password?: (key: string) => Promise<string | undefined>;
  /** Told of every key and password that was read, so that nobody shows it. */
  readonly hide?: (secret: string) => void;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock?: Clock;
}

/** The variable with the password of a key that is encrypted, as cosign reads it. An empty one is a password too. */
export const PASSWORD_VARIABLE = "COSIGN_PASSWORD";
const ENV_PREFIX = "env://";
/** The bit of a file's mode that lets others read it. */
const READABLE_BY_ALL = 0o004;
/** What registries are shown, what opens private keys, and what says who signs. */
const HIDDEN_VARIABLES = [
  PASSWORD_VARIABLE,
  "DOCKER_AUTH_CONFIG",
  "GANTRY_USERNAME",
  "GANTRY_PASSWORD",
  TOKEN_VARIABLE,
  ...ACTIONS_VARIABLES,
];

/**
 * Opens what signs: the path of a PEM file, `env://NAME` for one in the environment, or `exec:PROGRAM`. The same key
 * twice is one signer. A file that anybody may read is worth a warning.
 *
 * @throws {KeyError} Names the key that cannot be used, and why. It quotes nothing of it.
 * @throws {Error} When a program fails.
 */
export async function openSigners(keys: readonly string[], means: SignerMeans): Promise<readonly Signer[]> {
  const variables = keys.flatMap((key) => key.startsWith(ENV_PREFIX) ? [key.slice(ENV_PREFIX.length)] : []);
  const hidden = [...HIDDEN_VARIABLES, ...variables];
  const signers = new Map<string, Signer>();
  for (const key of keys) {
    const signer = await openSigner(key, { ...means, hidden });
    if (!signers.has(signer.publicKey.hint)) signers.set(signer.publicKey.hint, signer);
  }
  return [...signers.values()];
}

type Opening = SignerMeans & { readonly hidden: readonly string[] };

async function openSigner(key: string, means: Opening): Promise<Signer> {
  const { env, hidden, signal, log, clock } = means;
  if (key.startsWith(EXEC_KEY_PREFIX)) {
    const options = { path: env("PATH"), hidden, signal, log, ...(clock === undefined ? {} : { clock }) };
    return await execSigner(key.slice(EXEC_KEY_PREFIX.length), options);
  }
  const pem = key.startsWith(ENV_PREFIX) ? textInEnv(key, means) : await textInFile(key, log);
  means.hide?.(pem);
  try {
    return keySigner(await parsePrivateKey(pem, () => passwordOf(key, means)), key);
  } catch (cause) {
    if (!(cause instanceof KeyError)) throw cause;
    throw new KeyError(`Cannot sign with ${JSON.stringify(key)}: ${cause.message}`);
  }
}

function textInEnv(key: string, { env }: SignerMeans): string {
  const name = key.slice(ENV_PREFIX.length);
  const text = env(name);
  if (text !== undefined && text !== "") return text;
  throw new KeyError(`Cannot sign with ${JSON.stringify(key)}: the environment variable is not set`);
}

async function textInFile(path: string, log: Log): Promise<string> {
  try {
    using file = openNamedFile(path);
    const text = await readSmallText(path);
    if (((file.mode ?? 0) & READABLE_BY_ALL) !== 0 && text.includes("PRIVATE KEY-----")) {
      log.warn(`Anybody on this machine may read the private key ${JSON.stringify(path)}: chmod 600 keeps it private`);
    }
    return text;
  } catch (cause) {
    throw new KeyError(`Cannot read the private key ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
}

async function passwordOf(key: string, { env, password, hide }: SignerMeans): Promise<string> {
  const given = env(PASSWORD_VARIABLE) ?? await password?.(key);
  if (given !== undefined) {
    hide?.(given);
    return given;
  }
  throw new KeyError(`it is encrypted, and ${PASSWORD_VARIABLE} is not set`);
}
