import { encodeBase64 } from "../../registry/login/docker_config.ts";
import type { Credential } from "../../registry/login/credentials.ts";
import type { RegistryFlags } from "./flags.ts";
import type { Secrets } from "../secrets.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";

/**
 * Takes credentials from flags, then from `GANTRY_USERNAME` and `GANTRY_PASSWORD`. What is secret in them is not shown
 * from here on.
 *
 * @returns `undefined` when nobody, or a user name alone, was given.
 * @throws {UsageError} When flags contradict each other, or the password is empty.
 */
export async function givenCredential(flags: RegistryFlags, world: World): Promise<Credential | undefined> {
  const credential = await fromFlags(flags, world) ?? fromEnvironment(flags, world);
  if (credential !== undefined) addSecrets(credential, world.secrets);
  return credential;
}

/** Keeps what is secret in a credential out of what people read. */
export function addSecrets(credential: Credential, secrets: Secrets): void {
  if (credential.kind !== "password") return secrets.add(credential.token);
  secrets.add(credential.password);
  secrets.add(encodeBase64(`${credential.username}:${credential.password}`));
}

async function fromFlags(flags: RegistryFlags, world: World): Promise<Credential | undefined> {
  const { creds, username, passwordStdin } = flags;
  if (creds !== undefined) {
    if (username !== undefined || passwordStdin) {
      throw new UsageError("Cannot use --creds together with --username or --password-stdin");
    }
    const colon = creds.indexOf(":");
    // As Timoni and Flux have it: without a colon it is a token.
    if (colon < 0) return { kind: "registry-token", token: creds, from: "--creds" };
    return { kind: "password", username: creds.slice(0, colon), password: creds.slice(colon + 1), from: "--creds" };
  }
  if (!passwordStdin) return undefined;
  if (username === undefined) throw new UsageError("--password-stdin needs --username");
  const password = (await new Response(world.stdin()).text()).replace(/\r?\n$/, "");
  if (password === "") throw new UsageError("The password on standard input is empty");
  return { kind: "password", username, password, from: "--username and --password-stdin" };
}

/**
 * Says what lacks where only one half of a credential is in the environment, as it is when a CI system gives a fork an
 * empty secret; `undefined` when both halves are there or none.
 */
export function halfCredential({ username }: RegistryFlags, { env }: Pick<World, "env">): string | undefined {
  const name = username ?? env("GANTRY_USERNAME");
  const password = env("GANTRY_PASSWORD");
  if (!name === !password) return undefined;
  const [given, missing] = name
    ? [username === undefined ? "GANTRY_USERNAME" : "--username", "GANTRY_PASSWORD"]
    : ["GANTRY_PASSWORD", "GANTRY_USERNAME"];
  return `${given} is set and ${missing} is ${env(missing) === undefined ? "not" : "empty"}: neither is used`;
}

/** A variable that is empty is not set: a CI system gives forks empty secrets. */
function fromEnvironment({ username }: RegistryFlags, { env }: World): Credential | undefined {
  const name = username ?? env("GANTRY_USERNAME");
  const password = env("GANTRY_PASSWORD");
  const from = `${username === undefined ? "GANTRY_USERNAME" : "--username"} and GANTRY_PASSWORD`;
  return name && password ? { kind: "password", username: name, password, from } : undefined;
}
