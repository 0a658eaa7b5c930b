import type { Authorizer } from "./login/authorizer.ts";
import { readRegistryError, RegistryError } from "./http/registry_error.ts";
import { parseServerUrl } from "./http/server_url.ts";
import type { Method, RequestBody, Transport } from "./http/transport.ts";

/** One request to a registry. */
export interface RegistryRequest {
  /** What it is for, such as `push sha256:9f86…`; stands in the error. */
  readonly action: string;
  readonly method: Method;
  /** A path of the API, or a URL that the registry gave. */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** Whether the answer may be of any size, as a blob is. */
  readonly isLong?: boolean;
  /** What the request may do, the most important scope first. */
  readonly scopes: readonly string[];
  /** Statuses that are an answer and not an error. */
  readonly expect: readonly number[];
  readonly signal: AbortSignal;
  /** Told when the request has to wait for a token because the registry did not let it pass without one. */
  readonly onTokenWanted?: () => void;
}

/** An answer of an expected status, and the URL that gave it after all redirects. */
export interface Answer {
  readonly response: Response;
  readonly url: URL;
}

/** What sends requests to one registry. */
export interface SenderOptions {
  readonly endpoint: URL;
  readonly authorizer: Authorizer;
  readonly send: Transport;
}

/** How often a registry may send us elsewhere. */
const REDIRECT_LIMIT = 5;
/** How often a 401 is answered: once for what the registry wants to know, once for what it then wants more. */
const CHALLENGE_LIMIT = 2;

/**
 * Sends a request with the credentials that the registry asks for, and follows redirects.
 *
 * `Authorization` goes to the registry's own origin and nowhere else, and a challenge is heard from there only.
 *
 * @throws {RegistryError} When the answer is of any other status than the expected ones.
 * @throws {ConnectionError} When there is no answer.
 */
export async function sendAuthorized(request: RegistryRequest, options: SenderOptions): Promise<Answer> {
  const { endpoint, authorizer, send } = options;
  let url = new URL(request.target, endpoint);
  let redirects = 0;
  let challenges = 0;
  while (true) {
    const trusted = url.origin === endpoint.origin;
    const authorization = trusted ? await authorizer.header(request.scopes, request.signal) : undefined;
    const headers = {
      "user-agent": "gantry",
      ...request.headers,
      ...(authorization === undefined ? {} : { authorization }),
    };
    const response = await send({
      method: request.method,
      url,
      headers,
      trusted,
      signal: request.signal,
      ...(request.isLong === undefined ? {} : { isLong: request.isLong }),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    if (request.expect.includes(response.status)) return { response, url };
    const location = redirectLocation(response);
    const challenge = response.status === 401 && trusted ? response.headers.get("www-authenticate") ?? "" : undefined;
    const refusal = await readRegistryError(request.action, { method: request.method, url, headers }, response);
    if (location !== undefined) {
      if (++redirects > REDIRECT_LIMIT) throw new RegistryError({ ...refusal, text: "too many redirects" });
      url = await parseServerUrl(location, { what: "redirect", base: url, endpoint });
    } else if (!trusted) {
      throw new RegistryError({ ...refusal, isElsewhere: true });
    } else if (challenge === undefined || ++challenges > CHALLENGE_LIMIT) {
      throw refusal;
    } else if (!await authorizer.learn(challenge, request.scopes, authorization)) {
      throw refusal;
    } else if (authorizer.wantsToken) {
      request.onTokenWanted?.();
    }
  }
}

/** A 303 asks for a GET of something else, and no request of the distribution API can mean that. */
function redirectLocation(response: Response): string | undefined {
  if (![301, 302, 307, 308].includes(response.status)) return undefined;
  return response.headers.get("location") ?? undefined;
}
