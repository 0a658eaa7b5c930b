import { type Clock, untilAborted } from "../../system/clock.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { ChallengeMemory } from "./challenge_memory.ts";
import { HelperError } from "./credential_helper.ts";
import type { Credential } from "./credentials.ts";
import { mergeScopes } from "./scope.ts";
import { parseServerUrl } from "../http/server_url.ts";
import { basicAuthorization, fetchToken, type Token } from "./token.ts";
import { createTokenCache } from "./token_cache.ts";
import type { Transport } from "../http/transport.ts";

/** What an {@linkcode Authorizer} needs. */
export interface AuthorizerOptions {
  /** Where the registry is. */
  readonly endpoint: URL;
  /** Says who we are; asked once, and only when the registry wants to know. */
  readonly credential: () => Promise<Credential | undefined>;
  readonly send: Transport;
  readonly clock: Clock;
  /** Ends requests for tokens. One such request serves several others, so none of theirs can end it. */
  readonly lifetime: AbortSignal;
  /** What the registry said in earlier runs; with it the first request goes out as the registry wants it. */
  readonly memory?: ChallengeMemory | undefined;
}

/** Knows what a registry wants in the `Authorization` header, as far as it has said so. */
export interface Authorizer {
  /**
   * The header for a request.
   *
   * @param scopes What the request needs, the most important one first.
   * @param signal Ends the waiting.
   * @returns `undefined` while the registry has not asked for anything.
   * @throws {RegistryError} When the token server refuses.
   */
  header(scopes: readonly string[], signal: AbortSignal): Promise<string | undefined>;
  /**
   * Learns from an answer of status 401.
   *
   * @param challenge The answer's `WWW-Authenticate`; empty when it has none.
   * @param scopes What the request needs.
   * @param used The header that was not good enough.
   * @returns Whether there is something new to try.
   * @throws {TypeError} When the registry sends us to a place where no credential may go.
   */
  learn(challenge: string, scopes: readonly string[], used: string | undefined): Promise<boolean>;
  /** Told that the registry has let a request pass which had the header. */
  accepted(): Promise<void>;
  /** Whether the registry has said that it wants a token. */
  readonly wantsToken: boolean;
  /** What is known of the credentials, once they were asked for. */
  shown(): Promise<Shown>;
}

/** Which credentials were shown, if any. */
export interface Shown {
  /** Where they are from; never the credentials themselves. */
  readonly from?: string | undefined;
  /** Why there are none, although there may be some. */
  readonly problem?: string | undefined;
}

type Scheme = { readonly kind: "basic" } | BearerScheme;

interface BearerScheme {
  readonly kind: "bearer";
  readonly realm: URL;
  readonly service?: string;
}

/** Starts without any knowledge but what is remembered: without that, the first request goes out without a header. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { endpoint, send, clock, lifetime, memory } = options;
  let scheme: Scheme | undefined;
  let asked: Promise<Credential | undefined> | undefined;
  let refreshToken: string | undefined;
  /** What the registry wanted beyond what the request asked for. */
  const demanded = new Map<string, string>();
  const tokens = createTokenCache(requestToken, clock);

  let problem: string | undefined;
  /** The challenge that was learned from, until it is known to be right. */
  let said: string | undefined;
  let recalling: Promise<void> | undefined;
  /** Whether the scheme is what an earlier run has learned. */
  let isRecalled = false;

  async function recall(): Promise<void> {
    const challenge = await memory?.recall(endpoint.origin);
    if (challenge === undefined) return;
    // It is held to the same rules as one that comes from the registry.
    const found = await chooseScheme(parseChallenges(challenge), endpoint).catch(() => undefined);
    if (found === undefined || scheme !== undefined) return;
    scheme = found.scheme;
    isRecalled = true;
  }

  async function bearer(scopes: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    const isUncertain = isRecalled;
    try {
      return `Bearer ${(await untilAborted(tokens.get(wanted(scopes)), signal)).value}`;
    } catch (error) {
      if (!isUncertain || signal.aborted || lifetime.aborted) throw error;
      // Tokens may be given elsewhere by now. The registry will say where.
      if (isRecalled) scheme = undefined;
      isRecalled = false;
      await memory?.forget(endpoint.origin);
      return undefined;
    }
  }

  function credential(): Promise<Credential | undefined> {
    asked ??= options.credential().catch((error) => {
      // The registry may let everybody do this.
      if (!(error instanceof HelperError)) throw error;
      problem = error.message;
      return undefined;
    });
    return asked;
  }

  async function requestToken(scopes: readonly string[]): Promise<Token> {
    if (scheme?.kind !== "bearer") throw new TypeError(`Cannot get a token for ${endpoint.host}: no realm is known`);
    const mine = await credential();
    const token = await fetchToken(
      {
        realm: scheme.realm,
        scopes,
        trusted: scheme.realm.origin === endpoint.origin,
        ...(scheme.service === undefined ? {} : { service: scheme.service }),
        ...(mine === undefined ? {} : { credential: mine }),
        ...(refreshToken === undefined ? {} : { refreshToken }),
      },
      send,
      clock,
      lifetime,
    );
    refreshToken = token.refreshToken;
    return token;
  }

  function wanted(scopes: readonly string[]): readonly string[] {
    const merged = mergeScopes(scopes);
    return mergeScopes([...merged, demanded.get(merged.join(" ")) ?? ""]);
  }

  return {
    async header(scopes, signal): Promise<string | undefined> {
      if (scheme === undefined) await (recalling ??= recall());
      if (scheme === undefined) return undefined;
      const mine = await credential();
      if (mine?.kind === "registry-token") return `Bearer ${mine.token}`;
      if (scheme.kind === "basic") return mine && basicAuthorization(mine);
      return await bearer(scopes, signal);
    },

    async learn(challenge, scopes, used): Promise<boolean> {
      // Some registries do not say how they want to be shown a name and a password.
      const found = challenge.trim() === ""
        ? { scheme: scheme ?? { kind: "basic" } as const, scope: undefined }
        : await chooseScheme(parseChallenges(challenge), endpoint);
      if (found === undefined) return false;
      scheme = found.scheme;
      isRecalled = false;
      said = challenge;
      if (found.scope !== undefined) demanded.set(mergeScopes(scopes).join(" "), found.scope);
      if (used?.startsWith("Bearer ")) tokens.drop(used.slice("Bearer ".length));
      const mine = await credential();
      // What was refused is refused again; only a token may have expired, or have had too small a scope.
      const fixed = scheme.kind === "basic" || mine?.kind === "registry-token";
      return fixed ? mine !== undefined && used === undefined : true;
    },

    async accepted(): Promise<void> {
      const challenge = said?.trim() ?? "";
      said = undefined;
      isRecalled = false;
      if (challenge !== "") await memory?.keep(endpoint.origin, challenge);
    },

    get wantsToken(): boolean {
      return scheme?.kind === "bearer";
    },

    shown: async () => ({ from: (await asked)?.from, problem }),
  };
}

async function chooseScheme(
  challenges: readonly Challenge[],
  endpoint: URL,
): Promise<{ readonly scheme: Scheme; readonly scope?: string } | undefined> {
  const bearer = challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm"));
  if (bearer !== undefined) {
    const realm = await parseServerUrl(bearer.parameters.get("realm") ?? "", {
      what: "realm",
      base: endpoint,
      endpoint,
    });
    const service = bearer.parameters.get("service");
    const scope = bearer.parameters.get("scope");
    return {
      scheme: { kind: "bearer", realm, ...(service === undefined ? {} : { service }) },
      ...(scope === undefined ? {} : { scope }),
    };
  }
  return challenges.some(({ scheme }) => scheme === "basic") ? { scheme: { kind: "basic" } } : undefined;
}
