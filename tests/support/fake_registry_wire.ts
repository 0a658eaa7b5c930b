/** One connection of a client, as the fake registry's handlers see it. */
export interface Wire {
  /** Breaks the connection at once. */
  cut(): void;
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
    wires.set(port, { cut, gone: gone.promise });
    await Promise.allSettled([
      client.readable.pipeTo(server.writable, { preventClose: true }),
      server.readable.pipeTo(client.writable, { preventClose: true }),
    ].map((direction) => direction.catch(() => {}).finally(cut)));
    wires.delete(port);
  }

  return {
    port: listener.addr.port,
    wire(port): Wire {
      const wire = wires.get(port);
      if (wire === undefined) throw new Error(`There is no connection from port ${port}`);
      return wire;
    },
    async close(): Promise<void> {
      listener.close();
      wires.forEach((wire) => wire.cut());
      await accepting.catch(() => {});
      await Promise.allSettled(running);
    },
  };
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
