import { checkCredentials } from "../../registry/check_credentials.ts";
import { REGISTRY_DEFAULTS } from "../../registry/defaults.ts";
import { systemCredentialWorld } from "../../registry/login/credential_world.ts";
import type { PasswordCredential } from "../../registry/login/credentials.ts";
import { credentialPlaces } from "../../registry/login/find_credentials.ts";
import { storeLogin } from "../../registry/login/stored_login.ts";
import { formatOutput } from "../output/format_output.ts";
import type { LoginFlags } from "./commands.ts";
import { EXIT } from "../output/exit_code.ts";
import { addSecrets, givenCredential } from "../places/given_credential.ts";
import { createLog } from "../output/log.ts";
import { loginPath, placesThatKnow } from "./login_places.ts";
import { clientOptions } from "../../places/registry_options.ts";
import { anonymousFromFlags } from "../places/registry_from_flags.ts";
import { spellFlag } from "../spell_flag.ts";
import type { RegistryFlags } from "../places/flags.ts";
import { parseRegistryHost } from "./registry_host.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";

/** What `gantry login -o json` prints. */
export interface LoginResult {
  /** The registry. */
  readonly host: string;
  /** Where the credentials are kept: the path of a file, or the name of a credential helper. */
  readonly kept: { readonly kind: "file" | "helper"; readonly name: string };
  /** Whether the registry has looked at them; one that lets everybody in does not. */
  readonly checked: boolean;
}

/** `gantry login`: shows credentials to a registry, and keeps them when it takes them. */
export async function runLogin(text: string, flags: LoginFlags, world: World): Promise<number> {
  const log = createLog(world, "normal");
  const host = parseRegistryHost(text);
  const credentialWorld = systemCredentialWorld(world);
  const path = loginPath(flags, credentialWorld);
  const credential = await loginCredential(host, flags, world);
  const checked = await checkCredentials(
    {
      ...await clientOptions(anonymousFromFlags(flags, world), {
        ...REGISTRY_DEFAULTS,
        ...flags,
        spell: spellFlag,
      }),
      host,
      credential,
    },
    { signal: world.signal, log, progress: () => {} },
  );
  const { kind, name } = await storeLogin(host, credential, { path, world: credentialWorld });
  log.info(`Logged in to ${host}: kept ${kind === "helper" ? "by" : "in"} ${name}`);
  if (!checked) log.warn(`${host} lets everybody in, so nobody has checked the credentials`);
  if (kind === "file") {
    log.warn(`The password in ${path} is not encrypted: a credential helper, named there as "credsStore", is safer`);
  }
  if (flags.registryConfig === undefined) {
    const places = credentialPlaces({ world: credentialWorld, log });
    const earlier = places.slice(0, places.findIndex(({ name }) => name === path));
    for (const name of await placesThatKnow(host, earlier)) {
      log.warn(`${name} has credentials for ${host} too, and they come first`);
    }
  }
  const { output: format = "text" } = flags;
  const result: LoginResult = { host, kept: { kind, name }, checked };
  if (format !== "text") world.stdout(await formatOutput(result, format));
  return EXIT.done;
}

async function loginCredential(host: string, flags: RegistryFlags, world: World): Promise<PasswordCredential> {
  const credential = await givenCredential(flags, world) ?? await askFor(host, flags, world);
  if (credential.kind !== "password" || credential.username === "" || credential.password === "") {
    throw new UsageError("A login needs a user name and a password");
  }
  if (credential.username.includes(":")) throw new UsageError("A user name cannot hold a colon");
  return credential;
}

async function askFor(host: string, flags: RegistryFlags, world: World): Promise<PasswordCredential> {
  const { prompt } = world;
  if (prompt === undefined) {
    throw new UsageError("There is no terminal to ask on: pass --username and --password-stdin");
  }
  const username = flags.username ?? (world.env("GANTRY_USERNAME") || await prompt.line(`User name for ${host}: `));
  const password = await prompt.hidden(`Password for ${username}: `);
  const credential: PasswordCredential = { kind: "password", username, password };
  addSecrets(credential, world.secrets);
  return credential;
}
