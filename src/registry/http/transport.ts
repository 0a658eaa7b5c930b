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
  /** Whether the answer may be of any size, as a blob is; every other answer is short, and has to come in time. */
  readonly isLong?: boolean;
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

/**
 * Something that stands between whoever sends a request and the network: it changes the request on its way out, looks
 * at the answer on its way back, and knows when there will be none.
 */
export type Guard = (request: TransportRequest) => Guarded | Promise<Guarded>;

/** One request in the care of a guard. */
export interface Guarded {
  /** The request as it goes on. */
  readonly request: TransportRequest;
  /** Takes the answer and gives it as it goes on. */
  answered?(answer: Response): Response;
  /** Told that there is no answer. */
  failed?(): void;
}

/** A transport, and the way to let go of its connections. */
export interface OpenTransport {
  /** Sends requests. */
  readonly send: Transport;
  /** Closes the connections. */
  close(): void;
}

/** Where requests go before they are at the server. */
export interface Routes {
  /**
   * Opens a connection to where requests for this URL go, be it a proxy, and closes it again.
   *
   * @throws {Error} When nobody takes it.
   */
  readonly reach: (url: URL, signal: AbortSignal) => Promise<void>;
  /** Writes the proxy through which requests for this URL go, without its password; `undefined` without a proxy. */
  readonly proxyOf: (url: URL) => string | undefined;
}

/**
 * What went wrong on the way. `certificate` is one that nobody trusts here, and `client-certificate` one that the
 * server wants from us; `unknown-host` is a name that does not exist, and `dns` one that nobody could be asked for;
 * `not-http` is what answers with TLS, or worse. `refused`, `reset`, `dns`, `stalled` and `other` may get better by
 * themselves.
 */
export type ConnectionProblem =
  | "refused"
  | "reset"
  | "unknown-host"
  | "dns"
  | "stalled"
  | "tls"
  | "not-http"
  | "certificate"
  | "certificate-expired"
  | "certificate-host"
  | "client-certificate"
  | "proxy"
  | "blocked"
  | "other";

/** What a {@linkcode ConnectionError} knows besides its message. */
export interface ConnectionErrorOptions extends ErrorOptions {
  /** The host that did not take the connection: the proxy's, where there is one. */
  readonly peer?: string;
  /** The variable that names the proxy, where the connection goes through one. */
  readonly proxyVariable?: string;
}

/** There was no answer, or it broke off. */
export class ConnectionError extends Error {
  /** The name of the class. */
  override readonly name = "ConnectionError";
  /** What kind of problem it is. */
  readonly problem: ConnectionProblem;
  /** The host that did not take the connection, where it is known. */
  readonly peer?: string;
  /** The variable that names the proxy, where the connection goes through one. */
  readonly proxyVariable?: string;

  /** Says what happened. */
  constructor(problem: ConnectionProblem, message: string, options: ConnectionErrorOptions = {}) {
    super(message, options);
    this.problem = problem;
    if (options.peer !== undefined) this.peer = options.peer;
    if (options.proxyVariable !== undefined) this.proxyVariable = options.proxyVariable;
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
