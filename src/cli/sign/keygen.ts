import { keygen } from "../../verbs/keygen.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { createLog } from "../output/log.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { KeygenFlags } from "./flags.ts";

/** `gantry keygen`: makes a pair of keys. */
export async function runKeygen(path: string, flags: KeygenFlags, world: World): Promise<number> {
  const { output: format = "text" } = flags;
  const password = flags.password ? await newPassword(world) : undefined;
  const result = await keygen({ path, ...(password === undefined ? {} : { password }) });
  const { privateKey, publicKey } = result;
  world.stdout(format === "text" ? `${privateKey}\n${publicKey}\n` : await formatOutput(result, format));
  const log = createLog(world, "normal");
  // A secret that a CI system does not give is empty, and so is then the password.
  const isOpen = !result.isEncrypted || password === "";
  if (isOpen) {
    log.warn(
      `${
        password === "" ? "The password is empty: nothing" : "Nothing"
      } protects ${privateKey} but its mode: whoever reads it can sign`,
    );
  }
  return EXIT.done;
}

async function newPassword(world: World): Promise<string> {
  const given = world.env("COSIGN_PASSWORD");
  if (given !== undefined) {
    world.secrets.add(given);
    return given;
  }
  const { prompt } = world;
  if (prompt === undefined) {
    throw new UsageError("There is no terminal to ask for a password on: set COSIGN_PASSWORD, or pass --no-password");
  }
  const password = await prompt.hidden("Password for the private key: ");
  world.secrets.add(password);
  if (await prompt.hidden("The same again: ") === password) return password;
  throw new UsageError("The two passwords differ: nothing was written");
}
