import type { Patience } from "../options/registry.ts";
import type { Spell } from "../options/spell.ts";
import type { RegistryClientOptions } from "../registry/client.ts";
import { answerLimit, REGISTRY_DEFAULTS } from "../registry/defaults.ts";
import type { Credential, CredentialSource } from "../registry/login/credentials.ts";
import { readTls, type TlsChoice } from "./tls_files.ts";

/** How registries are talked to, and who we are there. */
export interface RegistryOptions extends TlsChoice {
  /**
   * Who we are: for the one registry that is talked to, or a function that knows it for each. When left out, the places
   * count where Docker and podman keep credentials: files, credential helpers, and `DOCKER_AUTH_CONFIG`.
   */
  readonly credentials?: Credential | CredentialSource;
  /** Whether to speak HTTP without TLS; a host of the loopback interface needs no word of that. */
  readonly plainHttp?: boolean;
  /**
   * Reads the variables that name proxies, certificate authorities and files with credentials; those of this process
   * when left out.
   */
  readonly env?: (name: string) => string | undefined;
  /** Told every secret that is sent or received, before anything can quote it. */
  readonly secret?: (text: string) => void;
}

/**
 * How to talk to any registry, whoever we are there.
 *
 * @throws {OptionsError} When a file that options name cannot be used.
 */
export async function clientOptions(
  { plainHttp = false, env, secret, ...tls }: RegistryOptions,
  { retries = REGISTRY_DEFAULTS.retries, timeout = REGISTRY_DEFAULTS.timeout, spell }: Omit<Patience, "concurrency"> & {
    readonly spell: Spell;
  },
): Promise<Omit<RegistryClientOptions, "host" | "credentials">> {
  return {
    plainHttp,
    ...(env === undefined ? {} : { env }),
    tls: await readTls(tls, spell),
    stall: { idle: timeout, answer: answerLimit(timeout) },
    retry: { retries, budget: REGISTRY_DEFAULTS.retryBudget },
    ...(secret === undefined ? {} : { secret }),
  };
}
