import * as zlib from "node:zlib";
import { VERSION } from "../../host/version.ts";
import { clientOptions } from "../../places/registry_options.ts";
import { RegistryError } from "../../registry/http/registry_error.ts";
import { createRegistryClient, type RegistryClientOptions } from "../../registry/client.ts";
import { proxyFor } from "../../registry/http/proxy.ts";
import { systemCertificates } from "../../registry/http/system_certificates.ts";
import { systemCredentialWorld } from "../../registry/login/credential_world.ts";
import { credentialPlaces } from "../../registry/login/find_credentials.ts";
import { messageOf } from "../../work/message_of.ts";
import type { Call } from "../../work/context.ts";
import { findConfig, searchedDirectories } from "../config/find_config.ts";
import { placesThatKnow } from "../login/login_places.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { createLog } from "../output/log.ts";
import { cacheDirectory } from "../places/cache_directory.ts";
import { registryCredentials } from "../places/credentials.ts";
import { halfCredential } from "../places/given_credential.ts";
import { anonymousFromFlags } from "../places/registry_from_flags.ts";
import { spellFlag } from "../spell_flag.ts";
import type { World } from "../world.ts";
import type { DoctorFlags } from "./commands.ts";
import type { DoctoredRegistry, DoctorResult } from "./doctor_result.ts";
import { doctorText } from "./doctor_text.ts";
import { type AskedRegistry, parseAskedRegistry } from "./asked_registry.ts";

/** How far two clocks may be apart before certificates and tokens suffer, in seconds. */
const CLOCK_LIMIT = 60;

/** The time in an answer has whole seconds, rounded down; in milliseconds. */
const HALF_SECOND = 500;

/** `gantry doctor`: what it runs on, what it finds, and how a registry answers. Sends nothing but questions. */
export async function runDoctor(place: string | undefined, flags: DoctorFlags, world: World): Promise<number> {
  const asked = place === undefined ? undefined : parseAskedRegistry(place);
  const problems: string[] = [];
  const machine = await lookAround(flags, world, problems);
  const registry = asked === undefined ? undefined : await askRegistry(asked, { flags, world, problems });
  const result: DoctorResult = { ...machine, ...(registry === undefined ? {} : { registry }), problems };
  const { output: format = "text" } = flags;
  world.stdout(format === "text" ? doctorText(result, world) : await formatOutput(result, format));
  return problems.length === 0 ? EXIT.done : EXIT.failed;
}

async function lookAround(
  flags: DoctorFlags,
  world: World,
  problems: string[],
): Promise<Omit<DoctorResult, "registry" | "problems">> {
  const { env } = world;
  const half = halfCredential(flags, world);
  if (half !== undefined) problems.push(half);
  const found = await findConfig({ readEnv: world.declaredEnv }).catch((error) => {
    problems.push(messageOf(error));
    return undefined;
  });
  const { certificates, problem } = await systemCertificates(env);
  if (problem !== undefined) problems.push(problem);
  const cache = cacheDirectory(Deno.build.os, env);
  const places = credentialPlaces({ world: systemCredentialWorld(world), log: createLog(world, "quiet") });
  return {
    runtime: {
      gantry: VERSION,
      deno: Deno.version.deno,
      target: Deno.build.target,
      compiled: Deno.build.standalone,
      zstd: hasZstd(),
      terminal: world.terminal !== undefined,
    },
    configuration: { ...(found === undefined ? {} : { path: found.path }), lookedIn: await searchedDirectories() },
    ...(cache === undefined ? {} : { cache }),
    proxies: PROXY_VARIABLES.flatMap((variable) => {
      const value = env(variable);
      return value ? [{ variable, value: withoutUser(value) }] : [];
    }),
    authorities: {
      count: certificates.length,
      from: env("SSL_CERT_FILE") ? "SSL_CERT_FILE" : env("SSL_CERT_DIR") ? "SSL_CERT_DIR" : "the system",
    },
    credentialPlaces: places.map(({ name }) => name),
  };
}

const PROXY_VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

function hasZstd(): boolean {
  try {
    zlib.createZstdCompress().destroy();
    return true;
  } catch {
    return false;
  }
}

/** A proxy's URL may hold a password. */
function withoutUser(text: string): string {
  return text.replace(/^([a-z0-9+.-]+:\/\/)?.*@/i, "$1");
}

interface Surroundings {
  readonly flags: DoctorFlags;
  readonly world: World;
  readonly problems: string[];
}

async function askRegistry(
  { host, repository }: AskedRegistry,
  { flags, world, problems }: Surroundings,
): Promise<DoctoredRegistry> {
  const log = createLog(world, flags.verbose ? "verbose" : "quiet");
  const call: Call = { signal: world.signal, log, progress: () => {} };
  const fail = (error: unknown): undefined => {
    world.signal.throwIfAborted();
    problems.push(messageOf(error));
    return undefined;
  };
  const find = await registryCredentials(flags, { world, log, hosts: [host] });
  const credential = await find(host, repository ?? "").catch(fail);
  const from = credential?.from;
  const places = credentialPlaces({ world: systemCredentialWorld(world), log });
  const others = (await placesThatKnow(host, places)).filter((name) => name !== from);
  const proxy = proxyOf(host, { flags, world, fail });
  let asks = false;
  const options: RegistryClientOptions = {
    // Whoever asks how a registry is wants to know at once.
    ...await clientOptions(anonymousFromFlags(flags, world), { retries: 0, ...flags, spell: spellFlag }),
    host,
    credentials: () => {
      asks = true;
      return Promise.resolve(credential);
    },
  };
  const client = createRegistryClient(options);
  try {
    const started = performance.now();
    const checked = await client.check(call).catch((error) => {
      const wantsLogin = credential === undefined && error instanceof RegistryError && error.status === 401;
      return fail(wantsLogin ? `${host} wants a login: \`gantry login ${host}\`` : error);
    });
    const milliseconds = Math.round(performance.now() - started);
    const clockAhead = checked?.time === undefined
      ? undefined
      : Math.round((checked.time + HALF_SECOND - Date.now()) / 1000);
    if (clockAhead !== undefined && Math.abs(clockAhead) > CLOCK_LIMIT) {
      problems.push(`The clock of ${host} is ${Math.abs(clockAhead)} s ${clockAhead > 0 ? "ahead" : "behind"}`);
    }
    const referrers = repository === undefined || checked === undefined
      ? undefined
      : await client.repository(repository).referrers.isSupported(call).catch(fail);
    return {
      host,
      ...(repository === undefined ? {} : { repository }),
      ...(checked === undefined ? {} : { url: checked.origin, milliseconds }),
      ...(checked === undefined && !asks ? {} : { asks }),
      ...(proxy === undefined ? {} : { proxy: { url: proxy.url, variable: proxy.variable } }),
      ...(credential === undefined ? {} : {
        credentials: {
          from: from ?? "flags",
          kind: credential.kind,
          ...(credential.kind === "password" ? { username: credential.username } : {}),
        },
      }),
      ...(others.length === 0 ? {} : { alsoIn: others }),
      ...(referrers === undefined ? {} : { referrers }),
      ...(clockAhead === undefined ? {} : { clockAhead }),
    };
  } finally {
    client.close();
  }
}

function proxyOf(
  host: string,
  { flags, world, fail }: Pick<Surroundings, "flags" | "world"> & { readonly fail: (error: unknown) => undefined },
): ReturnType<typeof proxyFor> {
  try {
    return proxyFor(new URL(`${flags.plainHttp ? "http" : "https"}://${host}/`), world.env);
  } catch (error) {
    return fail(error);
  }
}
