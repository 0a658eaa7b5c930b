/**
 * Tokens: what a registry's token server gives for credentials.
 *
 * @see {@link https://distribution.github.io/distribution/spec/auth/token/ | Token Authentication Specification}
 */
import type { Clock } from "../../system/clock.ts";
import { parseJsonObject, readLimited } from "../http/read_answer.ts";
import { readRegistryError, redactUrl, RegistryError } from "../http/registry_error.ts";
import { bytesBody, type Transport, type TransportRequest } from "../http/transport.ts";
import type { Credential } from "./credentials.ts";
import { encodeBase64 } from "./docker_config.ts";

/** What to ask a token server for. */
export interface TokenWish {
  readonly realm: URL;
  readonly service?: string;
  readonly scopes: readonly string[];
  readonly credential?: Credential;
  /** What the token server gave last time to be shown instead of the credential. */
  readonly refreshToken?: string;
  /** Whether the token server is at the registry's own origin. */
  readonly trusted: boolean;
}

/** A bearer token. */
export interface Token {
  readonly value: string;
  /** When to ask for a new one, in milliseconds since 1970. */
  readonly renewAt: number;
  /** What to show next time instead of the credentials. */
  readonly refreshToken?: string;
}

/** How much of an answer is read, in bytes: far more than any token needs. */
const ANSWER_LIMIT = 4 * 1024 * 1024;
const CLIENT_ID = "gantry";
/** How long a token is good for when the server does not say. */
const DEFAULT_LIFETIME = 60;

/**
 * Asks a token server for a token: by OAuth2 POST when there is a refresh token to show, by GET otherwise, and in the
 * other way where the server does not know the first one.
 *
 * @throws {RegistryError} When the server refuses or its answer holds no token.
 */
export async function fetchToken(wish: TokenWish, send: Transport, clock: Clock, signal: AbortSignal): Promise<Token> {
  const [first, ...others] = waysToAsk(wish, signal);
  let way = first;
  for (const next of others) {
    const answer = await send(way.request);
    if (!way.isUnknown(answer.status)) return await readToken(wish, way.request, answer, clock);
    await answer.body?.cancel();
    way = next;
  }
  return await readToken(wish, way.request, await send(way.request), clock);
}

interface Way {
  readonly request: TransportRequest;
  /** Whether a status says that it is the way that is wrong. */
  readonly isUnknown: (status: number) => boolean;
}

function waysToAsk(wish: TokenWish, signal: AbortSignal): readonly [Way, ...Way[]] {
  const { credential, refreshToken } = wish;
  const isUnknown = (status: number): boolean => status === 404 || status === 405;
  const get: Way = { request: getRequest(wish, signal), isUnknown };
  const post = (grant: Readonly<Record<string, string>>): Way => ({
    request: postRequest(wish, grant, signal),
    isUnknown,
  });
  const known: readonly [Way, ...Way[]] = credential === undefined || credential.kind === "registry-token"
    ? [get]
    : credential.kind === "identity-token"
    ? [post({ grant_type: "refresh_token", refresh_token: credential.token }), get]
    : [get, post({ grant_type: "password", username: credential.username, password: credential.password })];
  if (refreshToken === undefined) return known;
  // The server's own refresh token may have become too old; the credential it was given for has not.
  return [
    { ...post({ grant_type: "refresh_token", refresh_token: refreshToken }), isUnknown: isClientError },
    ...known,
  ];
}

function isClientError(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function getRequest(wish: TokenWish, signal: AbortSignal): TransportRequest {
  const url = new URL(wish.realm);
  if (wish.service !== undefined) url.searchParams.append("service", wish.service);
  wish.scopes.forEach((scope) => url.searchParams.append("scope", scope));
  url.searchParams.append("client_id", CLIENT_ID);
  const authorization = wish.credential && basicAuthorization(wish.credential);
  const headers = { "user-agent": CLIENT_ID, ...(authorization === undefined ? {} : { authorization }) };
  return { method: "GET", url, headers, trusted: wish.trusted, signal };
}

function postRequest(wish: TokenWish, grant: Readonly<Record<string, string>>, signal: AbortSignal): TransportRequest {
  const form = new URLSearchParams({
    ...grant,
    client_id: CLIENT_ID,
    scope: wish.scopes.join(" "),
    ...(wish.service === undefined ? {} : { service: wish.service }),
  });
  return {
    method: "POST",
    url: wish.realm,
    headers: { "user-agent": CLIENT_ID, "content-type": "application/x-www-form-urlencoded" },
    body: bytesBody(new TextEncoder().encode(form.toString())),
    trusted: wish.trusted,
    signal,
  };
}

/** The `Authorization` header for Basic; `undefined` for a credential that is a token already. */
export function basicAuthorization(credential: Credential): string | undefined {
  if (credential.kind === "registry-token") return undefined;
  const [username, password] = credential.kind === "password"
    ? [credential.username, credential.password]
    : ["<token>", credential.token];
  return `Basic ${encodeBase64(`${username}:${password}`)}`;
}

async function readToken(wish: TokenWish, request: TransportRequest, answer: Response, clock: Clock): Promise<Token> {
  const action = `get a token from ${wish.realm.host}`;
  if (answer.status !== 200) {
    const secrets = [wish.refreshToken, secretOf(wish.credential)].filter((text) => text !== undefined);
    throw await readRegistryError(action, { ...request, secrets }, answer);
  }
  const body = parseJsonObject(await readLimited(answer, ANSWER_LIMIT, action)) ?? {};
  const value = [body.access_token, body.token].find((text) => typeof text === "string" && /^[!-~]+$/.test(text));
  if (typeof value !== "string") {
    throw new RegistryError({
      action,
      method: request.method,
      url: redactUrl(request.url),
      status: answer.status,
      errors: [],
      text: "the answer holds no token",
    });
  }
  const lifetime = typeof body.expires_in === "number" && body.expires_in > 0 ? body.expires_in : DEFAULT_LIFETIME;
  return {
    value,
    // A little early: the request that carries the token takes time as well.
    renewAt: clock.now() + Math.max(lifetime * 0.9, lifetime - 10) * 1000,
    ...(typeof body.refresh_token === "string" && body.refresh_token !== ""
      ? { refreshToken: body.refresh_token }
      : {}),
  };
}

function secretOf(credential: Credential | undefined): string | undefined {
  return credential?.kind === "password" ? credential.password : credential?.token;
}
