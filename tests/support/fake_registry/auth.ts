import { errorAnswer } from "./answer.ts";

/** How a fake registry wants to know who is there. */
export type FakeAuth = BasicAuth | BearerAuth;

/** A name and a password with every request. */
export interface BasicAuth {
  readonly mode: "basic";
  /** Passwords by name. */
  readonly users: Readonly<Record<string, string>>;
}

/** A token from the registry's own `/token`. */
export interface BearerAuth {
  readonly mode: "bearer";
  /** Passwords by name; without them only what `anonymous` allows can be done. */
  readonly users?: Readonly<Record<string, string>>;
  /** What everybody may do: actions such as `pull`. */
  readonly anonymous?: readonly string[];
  /** Refresh tokens that may be shown to `/token` by POST; without any, POST is not answered (404). */
  readonly refreshTokens?: readonly string[];
  /** Whether each POST takes its refresh token away and gives a new one. */
  readonly rotate?: boolean;
  /** Whether `/token` looks at the first scope only, as some registries do. */
  readonly firstScopeOnly?: boolean;
  readonly expiresIn?: number;
  /** Where the token server is, when it is not the registry itself. */
  readonly realm?: string;
}

/** The gate of a fake registry. */
export interface FakeGate {
  /** `undefined` lets a request pass; anything else is the answer. */
  check(request: Request, url: URL, name: string): Response | undefined;
  /** Answers `/token`. */
  token(request: Request, url: URL): Promise<Response>;
  /** Makes all tokens worthless, as time would. */
  expireTokens(): void;
}

/** Makes the gate; without `auth` everybody passes. */
export function createGate(auth: FakeAuth | undefined): FakeGate {
  const tokens = new Map<string, readonly string[]>();
  const refreshTokens = new Set(auth?.mode === "bearer" ? auth.refreshTokens : []);
  let count = 0;

  function grant(scopes: readonly string[], allowed: readonly string[] | undefined): Response {
    if (auth?.mode !== "bearer") return errorAnswer(404, "UNSUPPORTED");
    const granted = (auth.firstScopeOnly ? scopes.slice(0, 1) : scopes).flatMap((scope) => {
      const [, name, actions = ""] = /^repository:(.+):([^:]*)$/.exec(scope) ?? [];
      return actions.split(",").filter((action) => allowed === undefined || allowed.includes(action))
        .map((action) => `${name}:${action}`);
    });
    const token = `fake-token-${++count}`;
    tokens.set(token, granted);
    return Response.json({ token, access_token: token, expires_in: auth.expiresIn ?? 300 });
  }

  return {
    check(request, url, name): Response | undefined {
      if (auth === undefined) return undefined;
      const authorization = request.headers.get("authorization") ?? "";
      if (auth.mode === "basic") {
        return isUser(auth.users, authorization) ? undefined : unauthorized(`Basic realm="fake, registry"`);
      }
      const action = request.method === "GET" || request.method === "HEAD"
        ? "pull"
        : request.method === "DELETE" && !url.pathname.includes("/uploads/")
        ? "delete"
        : "push";
      const wanted = [`${name}:${action}`];
      const from = url.searchParams.get("from");
      if (from !== null) wanted.push(`${from}:pull`);
      const granted = tokens.get(authorization.replace(/^Bearer /, ""));
      if (granted !== undefined && wanted.every((scope) => name === "" || granted.includes(scope))) return undefined;
      const realm = auth.realm ?? `${url.origin}/token`;
      const scope = name === "" ? "" : `,scope="repository:${name}:${action}"`;
      const error = granted === undefined ? "" : `,error="insufficient_scope"`;
      return unauthorized(`Bearer realm="${realm}",service="fake"${scope}${error}`);
    },

    async token(request, url): Promise<Response> {
      if (auth?.mode !== "bearer") return errorAnswer(404, "UNSUPPORTED");
      if (request.method === "POST") {
        if (auth.refreshTokens === undefined) return errorAnswer(404, "UNSUPPORTED");
        const form = new URLSearchParams(await request.text());
        const shown = form.get("refresh_token") ?? "";
        if (!refreshTokens.has(shown)) return errorAnswer(401, "UNAUTHORIZED", "unknown refresh token");
        const answer = grant((form.get("scope") ?? "").split(" "), undefined);
        if (!auth.rotate) return answer;
        refreshTokens.delete(shown);
        const next = `${shown}+`;
        refreshTokens.add(next);
        return Response.json({ ...await answer.json(), refresh_token: next });
      }
      const authorization = request.headers.get("authorization") ?? "";
      const known = isUser(auth.users ?? {}, authorization);
      if (authorization !== "" && !known) return errorAnswer(401, "UNAUTHORIZED", "incorrect username or password");
      const scopes = url.searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
      return grant(scopes, known ? undefined : auth.anonymous ?? []);
    },

    expireTokens(): void {
      tokens.clear();
    },
  };
}

function isUser(users: Readonly<Record<string, string>>, authorization: string): boolean {
  return Object.entries(users).some(([name, password]) => authorization === `Basic ${btoa(`${name}:${password}`)}`);
}

function unauthorized(challenge: string): Response {
  const answer = errorAnswer(401, "UNAUTHORIZED", "authentication required");
  answer.headers.set("www-authenticate", challenge);
  return answer;
}
