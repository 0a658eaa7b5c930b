import { fetchProblem } from "./fetch_problem.ts";
import { outgoing } from "./outgoing.ts";
import { createHttpClient } from "./process_env.ts";
import { type Env, type Proxy, proxyFor } from "./proxy.ts";
import {
  ConnectionError,
  type OpenTransport,
  type RequestBody,
  type Routes,
  type TlsOptions,
  type TransportRequest,
} from "./transport.ts";
import { joinBytes } from "../../oci/bytes/read.ts";
import { messageOf } from "../../work/message_of.ts";

/** How much of the answer to a request with a body is read: errors and locations, never content. */
const ANSWER_LIMIT = 64 * 1024;

/** How {@linkcode createFetchTransport} reaches servers. */
export interface FetchTransportOptions extends Omit<TlsOptions, "insecure"> {
  /** Reads the variables that name proxies. */
  readonly env: Env;
}

/**
 * Makes a transport of `fetch`, over HTTP/1.1: a blob goes up about five times faster than over Deno's HTTP/2. Proxies
 * are those of {@linkcode proxyFor}. A certificate is always verified.
 *
 * @throws {Error} When a certificate is not PEM.
 */
export function createFetchTransport(options: FetchTransportOptions): OpenTransport & Routes {
  const { env } = options;
  const direct = createClients(options);
  const byProxy = new Map<string, Clients>();

  function clientsFor(proxy: Proxy | undefined): Clients {
    if (proxy === undefined) return direct;
    const clients = byProxy.get(proxy.variable) ?? createClients(options, proxy);
    byProxy.set(proxy.variable, clients);
    return clients;
  }

  return {
    async send(request): Promise<Response> {
      const proxy = proxyFor(request.url, env);
      const { anonymous, identified } = clientsFor(proxy);
      const way: Way = { client: request.trusted ? identified ?? anonymous : anonymous, proxy };
      return await (request.body === undefined ? send(request, way) : sendBody(request, request.body, way));
    },
    async reach(url, signal): Promise<void> {
      const { hostname, port } = proxyFor(url, env) ?? { hostname: url.hostname, port: portOf(url) };
      const connection = await Deno.connect({ hostname: hostname.replace(/^\[|\]$/g, ""), port, signal });
      connection.close();
    },
    proxyOf: (url) => proxyFor(url, env)?.url,
    close(): void {
      for (const { anonymous, identified } of [direct, ...byProxy.values()]) {
        anonymous.close();
        identified?.close();
      }
    },
  };
}

/** The clients for one way to go. */
interface Clients {
  readonly anonymous: Deno.HttpClient;
  /** Shows the client certificate. */
  readonly identified?: Deno.HttpClient;
}

/** How one request goes. */
interface Way {
  readonly client: Deno.HttpClient;
  readonly proxy: Proxy | undefined;
}

function createClients({ caCerts, clientCertificate }: FetchTransportOptions, proxy?: Proxy): Clients {
  const common = {
    http1: true,
    http2: false,
    ...(caCerts && { caCerts: [...caCerts] }),
    ...(proxy && { proxy: { url: proxy.url, ...(proxy.credentials && { basicAuth: proxy.credentials }) } }),
  };
  const anonymous = createClient("a certificate authority", common);
  if (clientCertificate === undefined) return { anonymous };
  try {
    return {
      anonymous,
      identified: createClient("the client certificate", { ...common, ...clientCertificate }),
    };
  } catch (error) {
    anonymous.close();
    throw error;
  }
}

function createClient(
  what: string,
  options: Parameters<typeof Deno.createHttpClient>[0],
): Deno.HttpClient {
  try {
    return createHttpClient(options);
  } catch (cause) {
    throw new Error(`Cannot use ${what}: ${messageOf(cause)}`, { cause });
  }
}

function portOf({ port, protocol }: URL): number {
  return port === "" ? protocol === "https:" ? 443 : 80 : Number(port);
}

async function sendBody(request: TransportRequest, source: RequestBody, way: Way): Promise<Response> {
  const sending = await outgoing(source);
  try {
    const answer = await send(request, way, sending.body);
    // Closing the source breaks a connection that still sends, so the answer is read before.
    const text = await readAtMost(answer, ANSWER_LIMIT);
    const { status, headers } = answer;
    return new Response(text.byteLength === 0 ? undefined : text, { status, headers });
  } catch (error) {
    throw sending.failure ?? error;
  } finally {
    await sending.close();
  }
}

async function send(request: TransportRequest, { client, proxy }: Way, body?: BodyInit): Promise<Response> {
  try {
    const { status, headers, body: content } = await fetch(request.url, {
      ...(body === undefined ? {} : { body }),
      client,
      method: request.method,
      // A description that is decoded on the way has another digest than the blob.
      headers: { "accept-encoding": "identity", ...request.headers },
      redirect: "manual",
      signal: request.signal,
    });
    if (status === 407 && proxy !== undefined) {
      await content?.cancel();
      throw new TypeError("proxy authentication required");
    }
    // Some firewalls answer 999, and no Response can have such a status.
    if (status > 599) {
      await content?.cancel();
      throw new TypeError(`invalid HTTP status ${status}`);
    }
    // Most answers are empty, and need no streams that nobody reads.
    const isEmpty = headers.get("content-length") === "0";
    if (isEmpty) await content?.cancel();
    return new Response(isEmpty ? undefined : content && explained(content, request, proxy), { status, headers });
  } catch (error) {
    throw explain(error, request, proxy);
  }
}

/** Lets a body that breaks off say so in the same way as a request that fails. */
function explained(
  content: ReadableStream<Uint8Array<ArrayBuffer>>,
  request: TransportRequest,
  proxy: Proxy | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = content.getReader();
  return new ReadableStream({
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        controller.enqueue(value);
      } catch (error) {
        throw explain(error, request, proxy);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

async function readAtMost(answer: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const part of answer.body ?? []) {
      parts.push(part);
      size += part.byteLength;
      if (size >= limit) break;
    }
  } catch {
    // The connection broke after the answer's head; the status is worth more than the rest of the text.
  }
  return joinBytes(parts).subarray(0, limit);
}

function explain(error: unknown, request: TransportRequest, proxy: Proxy | undefined): unknown {
  if (request.signal.aborted || !(error instanceof TypeError)) return error;
  // Deno 2.6 puts the reason into the message, 2.9 into the cause.
  const reason = error.cause instanceof Error && error.message === "fetch failed" ? error.cause.message : error.message;
  const { problem, text } = fetchProblem(reason);
  const through = proxy === undefined ? "" : ` through the proxy ${proxy.url} of ${proxy.variable}`;
  return new ConnectionError(
    problem,
    `Cannot reach ${request.url.host}${through}: ${text}`,
    {
      cause: error,
      peer: (proxy ?? request.url).hostname,
      ...(proxy === undefined ? {} : { proxyVariable: proxy.variable }),
    },
  );
}
