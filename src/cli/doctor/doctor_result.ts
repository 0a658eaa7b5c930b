/** What `gantry doctor -o json` prints. Nothing in it is secret. */
export interface DoctorResult {
  /** gantry and what it runs on. */
  readonly runtime: {
    readonly gantry: string;
    readonly deno: string;
    readonly target: string;
    /** Whether it is the compiled program. */
    readonly compiled: boolean;
    /** Whether layers can be compressed with zstd. */
    readonly zstd: boolean;
    /** Whether standard error is a terminal. */
    readonly terminal: boolean;
  };
  /** The configuration file that a push from here would use. */
  readonly configuration: {
    /** The file; absent when there is none. */
    readonly path?: string;
    /** The directories in which it was looked for. */
    readonly lookedIn: readonly string[];
  };
  /** What was made before is kept here; absent when nothing is. */
  readonly cache?: string;
  /** The variables of the environment that name proxies, without credentials. */
  readonly proxies: readonly { readonly variable: string; readonly value: string }[];
  /** Whose certificates are trusted beside Deno's own list. */
  readonly authorities: { readonly count: number; readonly from: string };
  /** The places in which credentials are looked for, in their order. */
  readonly credentialPlaces: readonly string[];
  /** The registry, where one was named. */
  readonly registry?: DoctoredRegistry;
  /** What is wrong, a sentence each; empty when nothing is. */
  readonly problems: readonly string[];
}

/** How a registry answers. */
export interface DoctoredRegistry {
  readonly host: string;
  readonly repository?: string;
  /** Where its API is; absent when it does not answer, or does not let us in. */
  readonly url?: string;
  /** How long it took to let us in, in milliseconds. */
  readonly milliseconds?: number;
  /** The proxy on the way, and the variable that names it. */
  readonly proxy?: { readonly url: string; readonly variable: string };
  /** Who we would be there; absent when nobody. */
  readonly credentials?: { readonly from: string; readonly kind: string; readonly username?: string };
  /** Other places that have credentials for it, too. */
  readonly alsoIn?: readonly string[];
  /** Whether it asked for credentials; absent when it does not answer. */
  readonly asks?: boolean;
  /** Whether there is the referrers API; absent when it was not asked or does not say. */
  readonly referrers?: boolean;
  /** How far its clock is ahead of ours, in seconds. */
  readonly clockAhead?: number;
}
