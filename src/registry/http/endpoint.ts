import type { Clock } from "../../system/clock.ts";
import { ConnectionError, type Transport } from "./transport.ts";

/** Docker Hub answers under another name than people write. */
const DOCKER_HUB_HOSTS: readonly string[] = ["docker.io", "index.docker.io", "registry-1.docker.io"];
const DOCKER_HUB_API_HOST = "registry-1.docker.io";
const LOOPBACK_HOST_REGEXP = /^(?:localhost|[a-z0-9.-]+\.localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/i;

/** Tells whether a host is one of Docker Hub's names. */
export function isDockerHub(host: string): boolean {
  return DOCKER_HUB_HOSTS.includes(host.toLowerCase());
}

/** Tells whether a host, with or without a port, is this machine. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOST_REGEXP.test(host);
}

/** What {@linkcode findEndpoint} needs. */
export interface FindEndpointOptions {
  /** HTTP without asking. */
  readonly plainHttp: boolean;
  readonly send: Transport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Finds out where a registry's API is.
 *
 * It is HTTPS. On this machine itself it is HTTP unless the registry answers TLS there, which costs one attempt.
 *
 * @param host Host and port as they stand in a reference.
 * @throws {ConnectionError} When a registry on this machine does not answer.
 */
export async function findEndpoint(host: string, options: FindEndpointOptions): Promise<URL> {
  if (options.plainHttp) return new URL(`http://${host}/`);
  const https = new URL(`https://${isDockerHub(host) ? DOCKER_HUB_API_HOST : host}/`);
  if (!isLoopbackHost(host)) return https;
  return await answersTls(https, options) ? https : new URL(`http://${host}/`);
}

/** How long a server may look at the beginning of TLS before it counts as one that waits for HTTP, in milliseconds. */
const HANDSHAKE_LIMIT = 5000;

async function answersTls(https: URL, { send, clock, signal }: FindEndpointOptions): Promise<boolean> {
  const limit = new AbortController();
  const stop = clock.timer(HANDSHAKE_LIMIT, () => limit.abort(new ConnectionError("stalled", "No TLS in time")));
  try {
    const answer = await send({
      method: "GET",
      url: new URL("/v2/", https),
      headers: {},
      trusted: true,
      signal: AbortSignal.any([signal, limit.signal]),
    });
    await answer.body?.cancel();
    return true;
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    // A certificate that is not taken is TLS; the real request will say what is wrong with it.
    if (/certificate/.test(error.problem)) return true;
    if (["tls", "reset", "stalled", "other"].includes(error.problem)) return false;
    throw error;
  } finally {
    stop();
  }
}
