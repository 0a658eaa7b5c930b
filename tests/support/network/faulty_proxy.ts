/**
 * A proxy before a real registry that lets things go wrong on the way, and records what passes.
 *
 * It speaks HTTP/1.1 over TCP and takes one request for each connection, so no runtime repeats a request by itself on
 * a connection that broke, and every request is counted.
 */

/** What goes wrong with a request. */
export type ProxyFault =
  /**
   * The connection breaks after so many bytes of the request's content; with 0 the registry hears nothing of it.
   * Until then they pass at the given rate, if there is one.
   */
  | { readonly kind: "cut-request"; readonly after: number; readonly bytesPerSecond?: number }
  /** The connection breaks after so many bytes of the answer's content. */
  | { readonly kind: "cut-answer"; readonly after: number }
  /** The registry has done the work, and the connection breaks before the answer. */
  | { readonly kind: "lose-answer" }
  /** The registry gets so many bytes of content, and there is no answer until the client gives up. */
  | { readonly kind: "stall"; readonly after: number }
  /** Content passes at this rate. */
  | { readonly kind: "slow"; readonly bytesPerSecond: number }
  /** Something else is answered, and the registry hears nothing of the request. */
  | ProxyAnswer
  /** The registry has done the work, and the head of its answer is changed. */
  | { readonly kind: "edit-answer"; readonly edit: (head: string) => string };

/** An answer that is not the registry's. */
export interface ProxyAnswer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request, as the proxy saw it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
  /** How many bytes of content it announced. */
  readonly size: number;
  /** How many bytes of content came, wanted or not. */
  readonly bytes: number;
  /** The status that the client was given; 0 while there is none. */
  readonly status: number;
  /** What went wrong. */
  readonly fault: ProxyFault["kind"] | undefined;
}

/** What a proxy does. */
export interface FaultyProxyOptions {
  /** Host and port of what is behind it. */
  readonly upstream: string;
  /** Chooses what goes wrong with a request; nothing when it gives `undefined`. */
  readonly fault?: (request: ProxiedRequest) => ProxyFault | undefined;
}

/** A running proxy. */
export interface FaultyProxy extends AsyncDisposable {
  /** Host and port, as they stand in a reference. */
  readonly host: string;
  /** Every request so far, in the order of arrival. */
  readonly requests: readonly ProxiedRequest[];
}

type Bytes = Uint8Array<ArrayBuffer>;
type Entry = { -readonly [Key in keyof ProxiedRequest]: ProxiedRequest[Key] };

/** Starts a proxy on a free port of this machine. */
export function startFaultyProxy(options: FaultyProxyOptions): FaultyProxy {
  const requests: Entry[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.TcpConn>();
  const running = new Set<Promise<void>>();

  const accepting = (async () => {
    for await (const client of listener) {
      connections.add(client);
      // Whatever breaks here the client notices as well: its connection is closed.
      const serving = serve(client).catch(() => {}).finally(() => {
        close(client);
        running.delete(serving);
      });
      running.add(serving);
    }
  })();

  async function serve(client: Deno.TcpConn): Promise<void> {
    const { head, rest } = await readHead(client);
    const request = parseRequest(head);
    requests.push(request);
    const fault = options.fault?.(request);
    request.fault = fault?.kind;
    const content = contentOf(client, rest, request);
    if (fault?.kind === "answer") {
      await Promise.all([answer(client, fault, request), drain(content)]);
      await drain(piecesOf(client));
    } else if (fault?.kind !== "cut-request" || fault.after > 0) {
      await relay(client, { head, content, request, fault });
    }
  }

  async function relay(client: Deno.TcpConn, { head, content, request, fault }: Exchange): Promise<void> {
    const [hostname = "", port = ""] = options.upstream.split(":");
    const registry = await Deno.connect({ hostname, port: Number(port) });
    connections.add(registry);
    const up = async (): Promise<void> => {
      await write(registry, encode(withoutKeepAlive(head)));
      await passContent(content, registry, fault);
      // The client says nothing more, so this ends when it goes away.
      await drain(piecesOf(client));
      close(registry);
    };
    try {
      await Promise.all([up(), passAnswer(registry, client, request, fault)]);
    } finally {
      [client, registry].forEach(close);
    }
  }

  function close(connection: Deno.TcpConn): void {
    if (connections.delete(connection)) connection.close();
  }

  return {
    host: `127.0.0.1:${listener.addr.port}`,
    requests,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      connections.forEach(close);
      await accepting;
      await Promise.all(running);
    },
  };
}

/** One request on its way to the registry. */
interface Exchange {
  readonly head: string;
  readonly content: AsyncIterable<Bytes>;
  readonly request: Entry;
  readonly fault: ProxyFault | undefined;
}

async function passContent(
  content: AsyncIterable<Bytes>,
  registry: Deno.TcpConn,
  fault: ProxyFault | undefined,
): Promise<void> {
  let left = fault?.kind === "cut-request" || fault?.kind === "stall" ? fault.after : Infinity;
  const pace = fault?.kind === "cut-request" || fault?.kind === "slow" ? fault.bytesPerSecond : undefined;
  for await (const bytes of content) {
    // A registry that answers early wants no more. What still comes is read all the same: closing a connection on
    // unread bytes would destroy the answer.
    await write(registry, bytes.subarray(0, left)).catch(() => {});
    left = Math.max(0, left - bytes.byteLength);
    if (pace !== undefined) await pause(1000 * bytes.byteLength / pace);
    if (fault?.kind === "cut-request" && left === 0) throw new Error("Cut as told");
  }
}

async function passAnswer(
  registry: Deno.TcpConn,
  client: Deno.TcpConn,
  request: Entry,
  fault: ProxyFault | undefined,
): Promise<void> {
  if (fault?.kind === "stall") return;
  const { head, rest } = await readHead(registry);
  if (fault?.kind === "lose-answer") {
    await drain(piecesOf(registry));
    throw new Error("Lost as told");
  }
  request.status = Number(head.split(" ")[1]);
  let left = fault?.kind === "cut-answer" ? fault.after : Infinity;
  const said = encode(fault?.kind === "edit-answer" ? fault.edit(head) : head);
  for await (const bytes of joined([said, rest], registry)) {
    await write(client, bytes.subarray(0, left));
    left -= Math.min(left, bytes.byteLength);
    if (left === 0) throw new Error("Cut as told");
  }
  await client.closeWrite();
}

async function answer(
  client: Deno.TcpConn,
  { status, headers, body = "" }: ProxyAnswer,
  request: Entry,
): Promise<void> {
  const bytes = encode(body);
  const fields = { ...headers, "content-length": bytes.byteLength, "connection": "close" };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  request.status = status;
  await write(client, encode(`HTTP/1.1 ${status} Whatever\r\n${lines.join("")}\r\n`));
  if (request.method !== "HEAD") await write(client, bytes);
  await client.closeWrite();
}

function parseRequest(head: string): Entry {
  const [line = "", ...fields] = head.trimEnd().split("\r\n");
  const [method = "", path = ""] = line.split(" ");
  const headers = new Headers(fields.map((field) => [field.replace(/:.*/, ""), field.replace(/^[^:]*:/, "")]));
  // Registries take such content for none at all, or do not know where it ends.
  if (headers.has("transfer-encoding")) throw new TypeError(`Cannot pass ${method} ${path}: it does not say its size`);
  const size = Number(headers.get("content-length") ?? 0);
  return { method, path, headers, size, bytes: 0, status: 0, fault: undefined };
}

function withoutKeepAlive(head: string): string {
  return head.replace(/\r\nconnection:[^\r]*/gi, "").replace(/\r\n/, "\r\nConnection: close\r\n");
}

async function readHead(connection: Deno.TcpConn): Promise<{ readonly head: string; readonly rest: Bytes }> {
  let text = "";
  for await (const bytes of piecesOf(connection)) {
    // One character for each byte, so that positions in the text are positions in the bytes.
    const before = text.length;
    text += LATIN1.decode(bytes);
    const end = text.indexOf("\r\n\r\n") + 4;
    if (end >= 4) return { head: text.slice(0, end), rest: bytes.slice(end - before) };
    // A client that tries TLS first waits for a word about it.
    if (!/^[A-Z]/.test(text)) break;
  }
  throw new Error("This is not HTTP");
}

async function* contentOf(client: Deno.TcpConn, rest: Bytes, request: Entry): AsyncGenerator<Bytes, void, void> {
  for await (const bytes of joined([rest], client)) {
    request.bytes += bytes.byteLength;
    if (bytes.byteLength > 0) yield bytes;
    if (request.bytes >= request.size) return;
  }
}

async function* joined(first: readonly Bytes[], connection: Deno.TcpConn): AsyncGenerator<Bytes, void, void> {
  yield* first;
  yield* piecesOf(connection);
}

/** Each piece is good until the next one is asked for. */
async function* piecesOf(connection: Deno.TcpConn): AsyncGenerator<Bytes, void, void> {
  const buffer = new Uint8Array(128 * 1024);
  while (true) {
    const size = await connection.read(buffer);
    if (size === null) return;
    yield buffer.subarray(0, size);
  }
}

async function drain(pieces: AsyncIterable<Bytes>): Promise<void> {
  for await (const _piece of pieces);
}

async function write(connection: Deno.TcpConn, bytes: Bytes): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) at += await connection.write(bytes.subarray(at));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const LATIN1 = new TextDecoder("latin1");

function encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}
