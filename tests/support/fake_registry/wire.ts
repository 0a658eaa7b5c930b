/** One connection of a client, as the fake registry's handlers see it. */
export interface Wire {
  /** Breaks the connection at once. */
  cut(): void;
  /** Breaks the connection after so many bytes of the next answer's content. Not for TLS. */
  cutAnswer(after: number): void;
  /** Settles when the connection is gone, whoever ended it. */
  readonly gone: Promise<void>;
}

/** A listener before an HTTP server, so that a handler can break its connection in the middle of a request. */
export interface WireListener {
  readonly port: number;
  /** The client's connection, by the port from which the server behind was reached. */
  wire(port: number): Wire;
  close(): Promise<void>;
}

/** Listens on a free port of this machine and passes connections on to the HTTP server behind. */
export function listenWire(serverPort: number): WireListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const wires = new Map<number, Wire>();
  const running = new Set<Promise<void>>();

  const accepting = (async () => {
    for await (const client of listener) {
      const connection = relay(client).finally(() => running.delete(connection));
      running.add(connection);
    }
  })();

  async function relay(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: serverPort });
    const gone = Promise.withResolvers<void>();
    const cut = (): void => {
      [client, server].forEach(closeQuietly);
      gone.resolve();
    };
    const { port } = server.localAddr;
    const cutter = createCutter();
    wires.set(port, { cut, cutAnswer: cutter.arm, gone: gone.promise });
    await Promise.all([pump(client, server), pump(server, client, cutter.limit)]);
    cut();
    wires.delete(port);
  }

  return {
    port: listener.addr.port,
    wire(port): Wire {
      const wire = wires.get(port);
      // A request may be read after its connection has ended.
      return wire ?? { cut: () => {}, cutAnswer: () => {}, gone: Promise.resolve() };
    },
    async close(): Promise<void> {
      listener.close();
      wires.forEach((wire) => wire.cut());
      await accepting.catch(() => {});
      await Promise.allSettled(running);
    },
  };
}

/**
 * Passes bytes on until there are no more. What the receiver does not want any more is read all the same: closing a
 * connection on unread bytes would destroy the answer that is under way in the other direction.
 */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn, limit = (size: Bytes): Bytes => size): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  let wanted = true;
  try {
    while (true) {
      const size = await from.read(buffer);
      if (size === null) break;
      const passed = limit(buffer.subarray(0, size));
      wanted &&= await write(to, passed);
      if (passed.byteLength < size) break;
    }
  } catch {
    // The connection broke; its other direction will notice as well.
  }
  await to.closeWrite().catch(() => {});
}

type Bytes = Uint8Array<ArrayBuffer>;

interface Cutter {
  arm(after: number): void;
  /** The part of these bytes that may pass. */
  limit(bytes: Bytes): Bytes;
}

/** Looks for the end of an answer's head, and counts from there. */
function createCutter(): Cutter {
  let left: number | undefined;
  let matched = 0;
  return {
    arm(after): void {
      left = after;
      matched = 0;
    },
    limit(bytes): Bytes {
      if (left === undefined) return bytes;
      let at = 0;
      for (; matched < 4 && at < bytes.byteLength; at++) {
        matched = bytes[at] === (matched % 2 === 0 ? 13 : 10) ? matched + 1 : bytes[at] === 13 ? 1 : 0;
      }
      if (matched < 4) return bytes;
      const passed = bytes.subarray(0, at + left);
      left -= bytes.byteLength - at;
      return passed;
    },
  };
}

async function write(to: Deno.TcpConn, bytes: Uint8Array): Promise<boolean> {
  try {
    for (let at = 0; at < bytes.byteLength;) at += await to.write(bytes.subarray(at));
    return true;
  } catch {
    return false;
  }
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
