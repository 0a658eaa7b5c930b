import { createFetchTransport } from "./fetch_transport.ts";
import { createNodeTransport } from "./node_transport.ts";
import { ConnectionError, type OpenTransport, type TlsOptions, type TransportRequest } from "./transport.ts";

/** How to reach a registry. */
export interface TransportOptions extends TlsOptions {
  /** Host and port of the registry. */
  readonly host: string;
}

/**
 * Opens the way to a registry: over `fetch`, and where that cannot go, over `node:http`.
 *
 * @throws {Error} When a certificate is not PEM, or this Deno cannot do what is asked for.
 */
export function openTransport(options: TransportOptions): OpenTransport {
  const { hostname } = new URL(`https://${options.host}`);
  if (options.insecure && !isNodeReliable()) {
    throw new Error(`Cannot skip the certificate check of ${hostname}: that needs Deno 2.9 or newer`);
  }
  const byFetch = createFetchTransport(options);
  let byNode: OpenTransport | undefined;
  const onlyNode = new Set<string>();

  function node(): OpenTransport {
    byNode ??= createNodeTransport(options);
    return byNode;
  }

  function isOwn({ url }: TransportRequest): boolean {
    return url.hostname === hostname;
  }

  return {
    async send(request): Promise<Response> {
      const insecure = options.insecure === true && isOwn(request) && request.url.protocol === "https:";
      if (insecure || onlyNode.has(request.url.origin)) return await node().send(request);
      try {
        return await byFetch.send(request);
      } catch (error) {
        if (!isOwn(request) || !needsNode(error, options) || !isNodeReliable()) throw error;
        onlyNode.add(request.url.origin);
        return await node().send(request);
      }
    },
    close(): void {
      byFetch.close();
      byNode?.close();
    },
  };
}

/** A port that fetch may not reach; or a certificate that is its own authority, the usual recipe for a registry. */
function needsNode(error: unknown, { caCerts = [] }: TlsOptions): boolean {
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
