/** The seam to the network: everything that this folder sends goes through one function. */

/** Methods of the distribution API. */
export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A body of a known size that can be sent more than once. */
export interface RequestBody {
  /** How many bytes {@linkcode RequestBody.open} gives. */
  readonly size: number;
  /** Reads the bytes from the start. The stream is read to its end or cancelled. */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** One HTTP request. */
export interface TransportRequest {
  /** The method. */
  readonly method: Method;
  /** Where it goes. */
  readonly url: URL;
  /** Headers by their name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is sent. */
  readonly body?: RequestBody;
  /** Whether the request goes to the registry itself: a client certificate is shown to nobody else. */
  readonly trusted: boolean;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/**
 * Sends one request and gives the answer, whatever its status. Follows no redirect.
 *
 * The answer's body is read to its end or cancelled by the caller. A request with a body has its body released when
 * the promise settles.
 *
 * @throws {ConnectionError} When there is no answer.
 */
export type Transport = (request: TransportRequest) => Promise<Response>;

/** A transport, and the way to let go of its connections. */
export interface OpenTransport {
  /** Sends requests. */
  readonly send: Transport;
  /** Closes the connections. */
  close(): void;
}

/** What went wrong on the way: `certificate` and `blocked` do not get better by themselves, the others may. */
export type ConnectionProblem = "refused" | "reset" | "dns" | "certificate" | "tls" | "stalled" | "blocked" | "other";

/** There was no answer, or it broke off. */
export class ConnectionError extends Error {
  /** The name of the class. */
  override readonly name = "ConnectionError";
  /** What kind of problem it is. */
  readonly problem: ConnectionProblem;

  /** Says what happened. */
  constructor(problem: ConnectionProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** How to trust a registry, and how to be trusted by it. All texts are PEM. */
export interface TlsOptions {
  /** Authorities to trust besides the system's. */
  readonly caCerts?: readonly string[];
  /** What is shown to the registry, and to nobody else. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
  /** Takes any certificate from the registry's own host name: whoever is in between can read and change everything. */
  readonly insecure?: boolean;
}

/** A request body of bytes in memory. */
export function bytesBody(bytes: Uint8Array<ArrayBuffer>): RequestBody {
  return {
    size: bytes.byteLength,
    open(): ReadableStream<Uint8Array<ArrayBuffer>> {
      return new ReadableStream({
        start(controller): void {
          if (bytes.byteLength > 0) controller.enqueue(bytes);
          controller.close();
        },
      });
    },
  };
}
