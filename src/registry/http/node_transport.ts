/**
 * A transport of `node:http` and `node:https`, for what `fetch` cannot do: certificates that are not verified, a
 * certificate that is its own authority, and ports that browsers may not reach. It uses no proxy.
 */
import http from "node:http";
import https from "node:https";
import {
  ConnectionError,
  type ConnectionProblem,
  type OpenTransport,
  type RequestBody,
  type TlsOptions,
  type Transport,
  type TransportRequest,
} from "./transport.ts";
import { messageOf } from "../../work/message_of.ts";

/** Makes a transport that keeps its connections until it is closed. */
export function createNodeTransport(options: TlsOptions = {}): OpenTransport {
  const plain = new http.Agent({ keepAlive: true });
  const { caCerts, clientCertificate, insecure = false } = options;
  const common = { keepAlive: true, rejectUnauthorized: !insecure, ...(caCerts && { ca: [...caCerts] }) };
  const anonymous = new https.Agent(common);
  const identified = clientCertificate === undefined ? anonymous : new https.Agent({ ...common, ...clientCertificate });
  return {
    send: (request) => {
      if (request.url.protocol === "http:") return send(request, http.request, plain);
      return send(request, https.request, request.trusted ? identified : anonymous);
    },
    close: () => [plain, anonymous, identified].forEach((agent) => agent.destroy()),
  };
}

function send(
  request: TransportRequest,
  open: typeof http.request | typeof https.request,
  agent: http.Agent,
): ReturnType<Transport> {
  const { url, method, body, signal } = request;
  const headers = {
    accept: "*/*",
    ...request.headers,
    // Without a body GET and HEAD say nothing of a length, and the others say that it is 0.
    ...(body === undefined && (method === "GET" || method === "HEAD") ? {} : { "content-length": body?.size ?? 0 }),
  };
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const outgoing = open(url, { method, headers, agent });
    const reader = body?.open().getReader();
    const stop = (): void => void outgoing.destroy();
    const release = (): void => {
      signal.removeEventListener("abort", stop);
      reader?.cancel().catch(() => {});
    };
    const fail = (error: unknown): void => {
      release();
      outgoing.destroy();
      reject(signal.aborted ? signal.reason : error);
    };
    signal.addEventListener("abort", stop, { once: true });
    outgoing.on("error", (error) => fail(explain(error, request)));
    outgoing.on("close", () => fail(explain(new Error("the connection was closed"), request)));
    outgoing.on("response", (incoming) => {
      // The rest of a body that nobody wants any more stays here, and the connection has no other use.
      const isEarly = !outgoing.writableEnded;
      const { statusCode = 0 } = incoming;
      if (statusCode > 599) return fail(explain(new Error(`invalid HTTP status ${statusCode}`), request));
      reader?.cancel().catch(() => {});
      resolve(answerOf(incoming, request, () => {
        release();
        if (isEarly) outgoing.destroy();
      }));
    });
    if (body === undefined || reader === undefined) outgoing.end();
    else pump(reader, body, outgoing).catch(fail);
  });
}

async function pump(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  { size }: RequestBody,
  outgoing: http.ClientRequest,
): Promise<void> {
  let sent = 0;
  while (true) {
    const { done, value } = await reader.read();
    // A reader that was let go is done as well, and there is nobody to send to.
    if (done) return void (sent === size && outgoing.end());
    sent += value.byteLength;
    if (outgoing.destroyed) return;
    if (!outgoing.write(value)) await drained(outgoing);
  }
}

function drained(outgoing: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off("drain", go).off("close", go);
      resolve();
    };
    outgoing.on("drain", go).on("close", go);
  });
}

function answerOf(incoming: http.IncomingMessage, request: TransportRequest, release: () => void): Response {
  const headers = new Headers();
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at] ?? "", incoming.rawHeaders[at + 1] ?? "");
  }
  const status = incoming.statusCode ?? 0;
  if ([204, 205, 304].includes(status) || request.method === "HEAD") {
    incoming.resume();
    incoming.on("close", release);
    return new Response(undefined, { status, headers });
  }
  const pieces = incoming[Symbol.asyncIterator]();
  const body = new ReadableStream({
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await pieces.next();
        if (!done) return controller.enqueue(new Uint8Array(value));
        release();
        controller.close();
      } catch (error) {
        release();
        throw request.signal.aborted ? request.signal.reason : explain(error, request);
      }
    },
    cancel(): void {
      release();
      incoming.destroy();
    },
  }, { highWaterMark: 0 });
  return new Response(body, { status, headers });
}

const PROBLEMS: readonly (readonly [RegExp, ConnectionProblem, string])[] = [
  [/ECONNREFUSED/, "refused", "connection refused"],
  [/ENOTFOUND/, "unknown-host", "the host name is not known"],
  [/EAI_|lookup/, "dns", "the host name cannot be looked up now"],
  [/HPE_|invalid HTTP/, "not-http", "it does not answer HTTP"],
  [/alert.*certificate/i, "client-certificate", "it wants a client certificate, and got none that it trusts"],
  [/HAS_EXPIRED|expired/i, "certificate-expired", "its certificate has expired"],
  [/NOT_YET_VALID|not ?valid ?yet/i, "certificate-expired", "its certificate is not valid yet"],
  [/ALTNAME_INVALID|not ?valid ?for ?name/i, "certificate-host", "its certificate is for another host"],
  [/CERT|UNABLE_TO_VERIFY|SELF_SIGNED|certificate/i, "certificate", "its certificate is not trusted"],
  [/EPROTO|ERR_SSL|InvalidContentType|corrupt message|tls|handshake/i, "tls", "it does not answer TLS"],
  [/ECONNRESET|EPIPE|ECONNABORTED|closed|aborted|socket hang up|eof/i, "reset", "the connection broke"],
];

function explain(error: unknown, { url }: TransportRequest): Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = messageOf(error);
  const found = PROBLEMS.find(([pattern]) => pattern.test(code) || pattern.test(message));
  const [, problem, text] = found ?? [undefined, "other", message] as const;
  return new ConnectionError(problem, `Cannot reach ${url.host}: ${text}`, { cause: error, peer: url.hostname });
}
