/** A proxy before a registry that counts what tools send. */
export interface CountingProxy extends AsyncDisposable {
  /** Host and port, as they stand in a reference. */
  readonly host: string;
  /** How many requests came since the last call, and how many bytes of content in them. */
  take(): { readonly requests: number; readonly bytes: number };
}

/** Content up to this size passes in one piece, with its length; larger content passes as it comes. */
const SMALL = 1024 * 1024;

/** Starts a proxy on a free port of this machine. */
export function startCountingProxy(upstream: string): CountingProxy {
  let requests = 0;
  let bytes = 0;
  const client = Deno.createHttpClient({ http1: true, http2: false });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => undefined }, async (request) => {
    requests++;
    const { pathname, search, host } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.set("x-forwarded-host", host); // where the registry says that uploads go on
    for (const name of ["host", "connection", "content-length", "transfer-encoding"]) headers.delete(name);
    const counted = request.body?.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(piece, controller): void {
          bytes += piece.byteLength;
          controller.enqueue(piece);
        },
      }),
    );
    const isSmall = Number(request.headers.get("content-length") ?? Infinity) <= SMALL;
    const body = counted && isSmall ? await new Response(counted).bytes() : counted;
    return await fetch(`http://${upstream}${pathname}${search}`, {
      client,
      method: request.method,
      headers,
      redirect: "manual",
      ...(body ? { body } : {}),
    });
  });
  return {
    host: `127.0.0.1:${server.addr.port}`,
    take(): { readonly requests: number; readonly bytes: number } {
      const taken = { requests, bytes };
      requests = 0;
      bytes = 0;
      return taken;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await server.shutdown();
      client.close();
    },
  };
}
