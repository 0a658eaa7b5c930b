import { type Clock, SYSTEM_CLOCK } from "../../system/clock.ts";
import { connectLimit } from "./connect_limit.ts";
import { createFetchTransport } from "./fetch_transport.ts";
import { processEnv } from "./process_env.ts";
import type { Env } from "./proxy.ts";
import { DEFAULT_STALL_LIMITS, stallGuard, type StallLimits } from "./stall_guard.ts";
import { systemCertificates } from "./system_certificates.ts";
import { tellSecrets } from "./tell_secrets.ts";
import {
  ConnectionError,
  type Guard,
  type Guarded,
  type OpenTransport,
  type Routes,
  type TlsOptions,
  type Transport,
  type TransportRequest,
} from "./transport.ts";

/** How to reach a registry. */
export interface TransportOptions extends TlsOptions {
  /** Host and port of the registry. */
  readonly host: string;
  /** Reads the variables that name proxies and certificate authorities; those of this process when left out. */
  readonly env?: Env | undefined;
  /** When to give up on a request in which nothing moves. */
  readonly stall?: StallLimits | undefined;
  /** Told every secret that is sent or received, before anything can quote it. */
  readonly secret?: ((text: string) => void) | undefined;
  /** What carries the requests; a test puts its faults here. */
  readonly transport?: Transport | undefined;
  /** What tells the time; a test puts its own here. */
  readonly clock?: Clock | undefined;
}

/**
 * Opens the way to a registry, past guards: what stalls or reaches nobody is ended, and secrets are told.
 *
 * @throws {Error} When a certificate is not PEM, or this Deno cannot do what is asked for.
 */
export function openTransport(options: TransportOptions): OpenTransport & Routes {
  const { transport, stall = DEFAULT_STALL_LIMITS, secret, clock = SYSTEM_CLOCK } = options;
  const way: OpenTransport & Routes = transport === undefined
    ? fetchOrNode(options)
    : { send: transport, close: () => {}, reach: () => Promise.resolve(), proxyOf: () => undefined };
  const guards = [
    stallGuard(stall, clock),
    connectLimit({ ...way, clock }),
    ...(secret === undefined ? [] : [tellSecrets(secret)]),
  ];
  return { ...way, send: withGuards(way.send, guards) };
}

/** Sends requests past guards, the first one first; answers come back past the last one first. */
export function withGuards(send: Transport, guards: readonly Guard[]): Transport {
  return async (request) => {
    const passed: Guarded[] = [];
    try {
      for (const guard of guards) {
        const waiting = guard(request);
        // Where nothing has to be waited for, the request goes out at once.
        const next = waiting instanceof Promise ? await waiting : waiting;
        passed.unshift(next);
        request = next.request;
      }
      const answer = await send(request);
      return passed.reduce((from, { answered }) => answered?.(from) ?? from, answer);
    } catch (error) {
      for (const { failed } of passed) failed?.();
      throw error;
    }
  };
}

/**
 * Goes over `fetch`, and where that cannot go, over `node:http`.
 *
 * The authorities of the system are trusted besides Deno's own. They are read when a certificate is met that needs
 * them.
 */
function fetchOrNode({ env = processEnv, ...options }: TransportOptions): OpenTransport & Routes {
  const { hostname } = new URL(`https://${options.host}`);
  if (options.insecure && !isNodeReliable()) {
    throw new Error(`Cannot skip the certificate check of ${hostname}: that needs Deno 2.9 or newer`);
  }
  const byFetch = createFetchTransport({ ...options, env });
  const opened: OpenTransport[] = [byFetch];
  let system: Promise<SystemTrust> | undefined;
  let byNode: OpenTransport | undefined;
  const onlyNode = new Set<string>();

  function isOwn({ url }: TransportRequest): boolean {
    return url.hostname === hostname;
  }

  async function trustSystem(): Promise<SystemTrust> {
    const { certificates, problem } = await systemCertificates(env);
    const caCerts = [...options.caCerts ?? [], ...certificates];
    const transport = certificates.length === 0 ? byFetch : createFetchTransport({ ...options, caCerts, env });
    if (transport !== byFetch) opened.push(transport);
    return { caCerts, transport, problem };
  }

  async function sendByFetch(request: TransportRequest): Promise<Response> {
    if (system === undefined) {
      try {
        return await byFetch.send(request);
      } catch (error) {
        if (!isOfUnknownAuthority(error)) throw error;
        system ??= trustSystem();
      }
    }
    const { transport, problem } = await system;
    try {
      return await transport.send(request);
    } catch (error) {
      throw explained(error, problem);
    }
  }

  async function sendByNode(request: TransportRequest): Promise<Response> {
    const trust = options.insecure || request.url.protocol === "http:" ? undefined : await (system ??= trustSystem());
    const { createNodeTransport } = await import("./node_transport.ts");
    if (byNode === undefined) {
      byNode = createNodeTransport({ ...options, ...(trust && { caCerts: trust.caCerts }) });
      opened.push(byNode);
    }
    try {
      return await byNode.send(request);
    } catch (error) {
      throw explained(error, trust?.problem);
    }
  }

  return {
    async send(request): Promise<Response> {
      const insecure = options.insecure === true && isOwn(request) && request.url.protocol === "https:";
      if (insecure || onlyNode.has(request.url.origin)) return await sendByNode(request);
      try {
        return await sendByFetch(request);
      } catch (error) {
        const trusted = await system?.then(({ caCerts }) => caCerts) ?? [];
        if (!isOwn(request) || !needsNode(error, trusted) || !isNodeReliable()) throw error;
        onlyNode.add(request.url.origin);
        return await sendByNode(request);
      }
    },
    reach: byFetch.reach,
    proxyOf: byFetch.proxyOf,
    close: () => opened.forEach((transport) => transport.close()),
  };
}

/** What the system trusts, and the way to servers that need it. */
interface SystemTrust {
  /** The authorities that were named, and those of the system. */
  readonly caCerts: readonly string[];
  readonly transport: OpenTransport;
  /** Why the authorities could not be read, where a variable names them. */
  readonly problem: string | undefined;
}

function isOfUnknownAuthority(error: unknown): error is ConnectionError {
  return error instanceof ConnectionError && error.problem === "certificate";
}

/** Says of a certificate that nobody trusts here what could not be read that might have named its authority. */
function explained(error: unknown, reason: string | undefined): unknown {
  if (reason === undefined || !isOfUnknownAuthority(error)) return error;
  return new ConnectionError(error.problem, `${error.message}; ${reason}`, { ...error, cause: error.cause });
}

/** A port that fetch may not reach; or a certificate that is its own authority, the usual recipe for a registry. */
function needsNode(error: unknown, caCerts: readonly string[]): boolean {
  if (!(error instanceof ConnectionError)) return false;
  return error.problem === "blocked" || caCerts.length > 0 && reasons(error).includes("CaUsedAsEndEntity");
}

function reasons(error: unknown): string {
  return error instanceof Error ? `${error.message} ${reasons(error.cause)}` : "";
}

/** Before 2.9 a registry that answers early ends the whole program, and certificates are not checked reliably. */
function isNodeReliable(): boolean {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  return major > 2 || major === 2 && minor >= 9;
}
