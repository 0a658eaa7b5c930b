import type { Clock } from "../../system/clock.ts";
import type { Token } from "./token.ts";

/** Keeps tokens while they are good. */
export interface TokenCache {
  /** Gives the token for these scopes. All who ask while it is fetched wait for the same request. */
  get(scopes: readonly string[]): Promise<Token>;
  /** Forgets a token that was refused. */
  drop(value: string): void;
}

interface Entry {
  readonly fetching: Promise<Token>;
  token?: Token;
}

/** Starts empty. A fetch that fails is forgotten, so the next one to ask tries again. */
export function createTokenCache(fetch: (scopes: readonly string[]) => Promise<Token>, clock: Clock): TokenCache {
  const entries = new Map<string, Entry>();
  return {
    async get(scopes): Promise<Token> {
      const key = [...scopes].sort().join(" ");
      const known = entries.get(key);
      if (known !== undefined && (known.token === undefined || known.token.renewAt > clock.now())) {
        return await known.fetching;
      }
      const entry: Entry = { fetching: fetch(scopes) };
      entries.set(key, entry);
      try {
        entry.token = await entry.fetching;
        return entry.token;
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      }
    },
    drop(value): void {
      for (const [key, { token }] of entries) {
        if (token?.value === value) entries.delete(key);
      }
    },
  };
}
