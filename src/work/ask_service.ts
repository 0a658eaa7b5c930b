import type { Call } from "./context.ts";

/** Something that is asked of a web service. */
export interface WebRequest {
  /** What it is for, such as `get a certificate`; stands in errors. */
  readonly action: string;
  readonly method: "GET" | "POST";
  /** HTTPS, or HTTP on this very machine. */
  readonly url: URL;
  /** Headers by their name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Statuses that are an answer and not an error. */
  readonly expect: readonly number[];
  /** What of all that nobody may read, even where an answer quotes it. */
  readonly secrets?: readonly string[];
}

/** What a web service has answered. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Asks a web service. Whoever gives this function knows of proxies, certificate authorities, retries and limits of
 * time.
 *
 * @throws {Error} When there is no answer, or one of another status: what was tried, and what the service says.
 */
export type AskService = (request: WebRequest, call: Call) => Promise<WebAnswer>;
