/**
 * A registry in the test's own process: the whole distribution API, with a gate, a log, and faults on demand.
 *
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md | OCI distribution-spec 1.1.1}
 */
import { emptyAnswer, errorAnswer } from "./fake_registry/answer.ts";
import { createGate, type FakeAuth } from "./fake_registry/auth.ts";
import { answerBlob, answerManifest, answerReferrers, answerTags } from "./fake_registry/content.ts";
import { createFaultScript, type FaultRule, faultyAnswer, faultyBody, isBodyFault } from "./fake_registry/faults.ts";
import { emptyRepository, type StoredRepository } from "./fake_registry/store.ts";
import { answerUpload, type UploadQuirks } from "./fake_registry/uploads.ts";
import { listenWire, type Wire } from "./fake_registry/wire.ts";

/** How a fake registry behaves. */
export interface FakeRegistryOptions extends UploadQuirks {
  readonly auth?: FakeAuth;
  /** Whether several tags can be set by one `PUT`. */
  readonly multiTag?: boolean;
  /** Whether there is a referrers API; `true` when left out. */
  readonly referrers?: boolean;
  /** PEM texts; with them the registry speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** One request, as the fake registry saw it. */
export interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
  /** Bytes of content that were read. */
  bytes: number;
  /** The status of the answer; 0 while there is none. */
  status: number;
}

/** A running fake registry. */
export interface FakeRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** `http://127.0.0.1:PORT`, or with `https`. */
  readonly origin: string;
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly LoggedRequest[];
  /** What it holds, by the name of the repository. A test may fill it. */
  readonly repositories: Map<string, StoredRepository>;
  /** Rules that wait for their request. */
  readonly unusedFaults: readonly FaultRule[];
  /** Lets something go wrong. */
  fault(rule: FaultRule): void;
  /** Makes all tokens worthless. */
  expireTokens(): void;
  /** Waits until the next request is stalled by a fault. */
  stalled(): Promise<void>;
  /** Requests as `METHOD PATH`, the names of sessions and the query left out: short enough to compare. */
  summary(): readonly string[];
  /** Forgets the requests so far. */
  clearLog(): void;
  close(): Promise<void>;
}

/** Starts a registry on a free port of this machine. */
export function startFakeRegistry(options: FakeRegistryOptions = {}): FakeRegistry {
  const repositories = new Map<string, StoredRepository>();
  const requests: LoggedRequest[] = [];
  const faults = createFaultScript();
  const gate = createGate(options.auth);
  const stalls = createTally();

  async function answer(request: Request, wire: Wire): Promise<Response> {
    // The server behind the wire has a port of its own; what the client calls it stands in its request.
    const known = `${origin.split("//")[0]}//${request.headers.get("host") ?? host}`;
    const url = new URL(request.url.replace(/^[a-z]+:\/\/[^/]+/, known));
    const path = `${url.pathname}${url.search}`;
    const entry: LoggedRequest = { method: request.method, path, headers: request.headers, bytes: 0, status: 0 };
    requests.push(entry);
    const fault = faults.next(request.method, path);
    const body = counted(faultyBody(request.body ?? new Blob([]).stream(), fault, wire, stalls.note), entry);
    // Without content there is nothing in the middle of which it could break.
    if (request.body === null && isBodyFault(fault)) await body.next();
    const whole = fault?.kind === "answer" ? fault.answer(url) : await route(request, url, body);
    const edited = fault?.kind === "edit" ? fault.edit(whole, url) : whole;
    entry.status = edited.status;
    return await faultyAnswer(edited, fault, wire);
  }

  async function route(request: Request, url: URL, body: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Response> {
    if (url.pathname === "/token") return await gate.token(await withBody(request, body), url);
    const match = ROUTE_REGEXP.exec(url.pathname);
    const { name = "", kind = "", rest = "" } = match?.groups ?? {};
    const stopped = gate.check(request, url, name);
    if (stopped !== undefined) return stopped;
    if (url.pathname === "/v2/" || url.pathname === "/v2") return Response.json({});
    if (match === null) return errorAnswer(404, "NAME_INVALID");
    const repository = repositoryFor(name, request.method);
    if (repository === undefined) return errorAnswer(404, "NAME_UNKNOWN");
    switch (kind) {
      case "blobs/uploads":
        return await answerUpload({
          request,
          url,
          name,
          session: rest,
          repositories,
          repository,
          quirks: options,
          body,
        });
      case "blobs":
        return answerBlob(request, repository, rest);
      case "manifests":
        return await answerManifest(await withBody(request, body), repository, rest, {
          name,
          multiTag: options.multiTag ?? false,
          referrers: options.referrers ?? true,
        });
      case "tags":
        return answerTags(url, repository, name);
      case "referrers":
        return options.referrers ?? true ? answerReferrers(url, repository, rest) : errorAnswer(404, "NOT_FOUND");
    }
    return emptyAnswer(404);
  }

  function repositoryFor(name: string, method: string): StoredRepository | undefined {
    if (!repositories.has(name) && (method === "POST" || method === "PUT")) repositories.set(name, emptyRepository());
    return repositories.get(name);
  }

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, ...(options.tls ?? {}) },
    (request, info) => {
      // A client that went away needs no answer.
      const wire = listener.wire(info.remoteAddr.port);
      return answer(request, wire).catch(() => emptyAnswer(500));
    },
  );
  const listener = listenWire(server.addr.port);
  const host = `127.0.0.1:${listener.port}`;
  const origin = `${options.tls === undefined ? "http" : "https"}://${host}`;

  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    closing ??= listener.close().then(() => server.shutdown());
    return closing;
  }

  return {
    host,
    origin,
    requests,
    repositories,
    get unusedFaults(): readonly FaultRule[] {
      return faults.unused;
    },
    fault: (rule) => faults.add(rule),
    expireTokens: () => gate.expireTokens(),
    stalled: () => stalls.next(),
    summary: () => requests.map(({ method, path }) => `${method} ${shortPath(path)}`),
    clearLog(): void {
      requests.length = 0;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const ROUTE_REGEXP = /^\/v2\/(?<name>.+?)\/(?<kind>blobs\/uploads|blobs|manifests|tags|referrers)\/(?<rest>[^/]*)$/;

/** Counts events for someone who waits for them, before or after they happen. */
function createTally(): { readonly note: () => void; readonly next: () => Promise<void> } {
  const waiting: (() => void)[] = [];
  let count = 0;
  return {
    note(): void {
      const first = waiting.shift();
      if (first === undefined) count++;
      else first();
    },
    next(): Promise<void> {
      if (count === 0) return new Promise((resolve) => waiting.push(resolve));
      count--;
      return Promise.resolve();
    },
  };
}

function shortPath(path: string): string {
  return path.replace(/\?.*$/, "").replace(/session-[0-9]+/, "SESSION").replace(/(sha256:[0-9a-f]{6})[0-9a-f]+/, "$1");
}

async function* counted(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  entry: LoggedRequest,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const bytes of body) {
    entry.bytes += bytes.byteLength;
    yield bytes;
  }
}

async function withBody(request: Request, body: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Request> {
  if (request.method === "GET" || request.method === "HEAD") return request;
  const bytes = await new Response(ReadableStream.from(body)).arrayBuffer();
  return new Request(request.url, { method: request.method, headers: request.headers, body: bytes });
}
