/**
 * A proxy that counts sequential round trips. It holds every request until all of its wave are there, and lets none of
 * the next wave be asked before: a program gets through only if it asks for everything in a wave without waiting for
 * any answer to it. No time is measured.
 */

/** What comes in one round trip: `METHOD PATH`, as {@linkcode WaveProxy.waves} writes it, in any order. */
export type Wave = readonly string[];

/** A running proxy. */
export interface WaveProxy extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Sets what is expected from now on; requests beyond that are refused. */
  expect(...waves: readonly Wave[]): void;
  /** The waves that came to an end since then. */
  readonly waves: readonly Wave[];
  /** Requests that were in no wave: none of them was answered. */
  readonly unexpected: readonly string[];
}

/**
 * Starts a proxy.
 *
 * @param upstream Where a path leads: an origin, such as `http://127.0.0.1:5000`.
 */
export function startWaveProxy(upstream: (path: string) => string): WaveProxy {
  let expected: Wave[] = [];
  let done: Wave[] = [];
  let unexpected: string[] = [];
  let waiting: { readonly name: string; readonly go: () => void }[] = [];

  /** Waits for the rest of the wave; says whether the request is in it at all. */
  async function admitted(name: string): Promise<boolean> {
    const [wave = []] = expected;
    const among = (names: readonly string[]): number => names.filter((each) => each === name).length;
    if (among(wave) <= among(waiting.map((each) => each.name))) {
      unexpected.push(name);
      return false;
    }
    await new Promise<void>((go) => {
      waiting.push({ name, go });
      if (waiting.length < wave.length) return;
      const all = waiting;
      waiting = [];
      expected = expected.slice(1);
      done.push(all.map((each) => each.name).sort());
      all.forEach((each) => each.go());
    });
    return true;
  }

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request): Promise<Response> => {
      const { pathname, search } = new URL(request.url);
      const body = request.body === null ? undefined : await request.bytes();
      if (!await admitted(`${request.method} ${shortened(pathname)}`)) {
        return new Response("unexpected", {
          status: 418,
        });
      }
      const origin = upstream(pathname);
      const answer = await fetch(`${origin}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        redirect: "manual",
        ...(body === undefined || body.byteLength === 0 ? {} : { body }),
      });
      const bytes = await answer.bytes();
      return new Response(request.method === "HEAD" || bytes.byteLength === 0 ? undefined : bytes, {
        status: answer.status,
        // What the registry says of its own places leads through here as well.
        headers: [...answer.headers].map(([name, value]) => [name, value.replaceAll(origin, `http://${host}`)]),
      });
    },
  );

  const host: string = `127.0.0.1:${server.addr.port}`;

  return {
    host,
    expect(...waves): void {
      expected = waves.map((wave) => [...wave].sort());
      done = [];
      unexpected = [];
    },
    get waves(): readonly Wave[] {
      return done;
    },
    get unexpected(): readonly string[] {
      return unexpected;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The last parts of a path; digests and the names of uploads become words, because no test knows them beforehand. */
function shortened(path: string): string {
  return path.replace(/^\/v2\/.*\/(?=(?:blobs|manifests)\/)/, "")
    .replace(/sha256:[0-9a-f]{64}$/, "DIGEST")
    .replace(/(uploads\/).+$/, "$1SESSION");
}
