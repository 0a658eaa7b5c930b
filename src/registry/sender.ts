import { type Clock, untilAborted } from "../system/clock.ts";
import type { Call } from "../work/context.ts";
import type { Authorizer } from "./login/authorizer.ts";
import { readRegistryError, RegistryError } from "./http/registry_error.ts";
import { parseServerUrl } from "./http/server_url.ts";
import type { Method, RequestBody, Routes, Transport } from "./http/transport.ts";

/** One request to a registry. */
export interface RegistryRequest {
  /** The repository that it is about, for which there may be credentials of its own; empty for the registry. */
  readonly repository: string;
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
  /** Told when the request has to wait for a token because the registry did not let it pass without one. */
  readonly onTokenWanted?: () => void;
}

/** An answer of an expected status, and the URL that gave it after all redirects. */
export interface Answer {
  readonly response: Response;
  readonly url: URL;
}

/** Sends one request, once, and gives its answer when that is of an expected status. */
export type Sender = (request: RegistryRequest, call: Call) => Promise<Answer>;

/** What sends requests to one registry. */
export interface SenderOptions extends Pick<Routes, "proxyOf"> {
  /** Host and port as they stand in a reference. */
  readonly host: string;
  /** Where the registry is. */
  readonly endpoint: () => Promise<URL>;
  /** Who we are for a repository. */
  readonly authorizer: (repository: string, endpoint: URL) => Authorizer;
  readonly send: Transport;
  readonly clock: Clock;
  /** Ends everything when it is aborted. */
  readonly lifetime: AbortSignal;
}

/** After how many milliseconds without an answer somebody who waits is told so. */
const NOTICE_DELAY = 5000;

/** How often a registry may send us elsewhere. */
const REDIRECT_LIMIT = 5;
/** How often a 401 is answered: once for what the registry wants to know, once for what it then wants more. */
const CHALLENGE_LIMIT = 2;

/**
 * Makes what sends requests with the credentials that the registry asks for, and follows redirects.
 *
 * `Authorization` goes to the registry's own origin and nowhere else, and a challenge is heard from there only. Whoever
 * waits long for the first answer is told so, once.
 *
 * @returns A {@linkcode Sender} that throws a {@linkcode RegistryError} when the answer is of any other status than the
 *   expected ones, and a `ConnectionError` when there is none.
 */
export function createSender(options: SenderOptions): Sender {
  const { host, endpoint, authorizer, clock, lifetime, proxyOf } = options;
  let isLate = false;

  function sayLate({ log }: Call): void {
    if (isLate) return;
    isLate = true;
    log.warn(`${host} has not answered for ${NOTICE_DELAY / 1000} s: waiting`);
  }

  return async (request, call) => {
    const signal = AbortSignal.any([call.signal, lifetime]);
    // Content takes its time; anything else is answered soon.
    const stop = request.body === undefined ? clock.timer(NOTICE_DELAY, () => sayLate(call)) : (): void => {};
    try {
      const at = await untilAborted(endpoint(), signal);
      const mine = authorizer(request.repository, at);
      try {
        const send = toldOf(options.send, { clock, log: call.log });
        return await sendAuthorized(request, { endpoint: at, authorizer: mine, send, signal });
      } catch (error) {
        throw withProxy(await withShown(error, mine), proxyOf);
      }
    } finally {
      stop();
    }
  };
}

/** Says of each request what became of it. What a URL is asked may be a secret, so it is not shown. */
function toldOf(send: Transport, { clock, log }: Pick<SenderOptions, "clock"> & Pick<Call, "log">): Transport {
  return async (request) => {
    const started = clock.now();
    const response = await send(request);
    const { origin, pathname } = request.url;
    log.debug(`${request.method} ${origin}${pathname}: ${response.status} in ${clock.now() - started} ms`);
    return response;
  };
}

interface Authorized {
  readonly endpoint: URL;
  readonly authorizer: Authorizer;
  readonly send: Transport;
  readonly signal: AbortSignal;
}

async function sendAuthorized(
  request: RegistryRequest,
  { endpoint, authorizer, send, signal }: Authorized,
): Promise<Answer> {
  let url = new URL(request.target, endpoint);
  let redirects = 0;
  let challenges = 0;
  while (true) {
    const trusted = url.origin === endpoint.origin;
    const authorization = trusted ? await authorizer.header(request.scopes, signal) : undefined;
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
      signal,
      ...(request.isLong === undefined ? {} : { isLong: request.isLong }),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    if (request.expect.includes(response.status)) {
      if (authorization !== undefined) await authorizer.accepted();
      return { response, url };
    }
    const location = redirectLocation(request.method, response);
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

/** A 303 asks for a GET, which is no answer to what changes something. */
function redirectLocation(method: Method, response: Response): string | undefined {
  const redirects = method === "GET" || method === "HEAD" ? [301, 302, 303, 307, 308] : [301, 302, 307, 308];
  if (!redirects.includes(response.status)) return undefined;
  return response.headers.get("location") ?? undefined;
}

/** Says whose credentials they are that a registry has refused, or why none were shown. */
async function withShown(error: unknown, authorizer: Authorizer): Promise<unknown> {
  if (!(error instanceof RegistryError) || error.isElsewhere) return error;
  if (error.status !== 401 && error.status !== 403) return error;
  const { from, problem } = await authorizer.shown();
  if (problem !== undefined) return new RegistryError({ ...error, helperProblem: problem }, { cause: error });
  if (from === undefined) return new RegistryError({ ...error, isAnonymous: true }, { cause: error });
  return error.status === 401 ? new RegistryError({ ...error, refused: from }, { cause: error }) : error;
}

/** A proxy answers in the place of a registry, and in its own words. */
function withProxy(error: unknown, proxyOf: Routes["proxyOf"]): unknown {
  if (!(error instanceof RegistryError) || error.errors.length > 0) return error;
  const proxy = proxyOf(new URL(error.url));
  return proxy === undefined ? error : new RegistryError({ ...error, proxy }, { cause: error });
}
