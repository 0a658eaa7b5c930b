import type { OptionOf } from "./option.ts";

/** What is kept from one run to the next. */
export interface Caching {
  /** Whether layers that were packed before are taken from the cache. */
  readonly cache?: boolean;
  /** Where the cache is; there is none when left out. */
  readonly cacheDirectory?: string;
}

/** Every option of {@linkcode Caching}. */
export const CACHING = {
  cache: {
    kind: { kind: "switch" },
    default: true,
    flag: {
      group: "Content:",
      help: "take layers that were packed before from the cache (default)",
      no: "pack everything anew, and keep nothing",
    },
  },
  cacheDirectory: { kind: { kind: "path" }, variable: "GANTRY_CACHE" },
} as const satisfies { readonly [Name in keyof Caching]-?: OptionOf<NonNullable<Caching[Name]>> };
