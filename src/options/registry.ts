import { REGISTRY_DEFAULTS } from "../registry/defaults.ts";
import type { OptionOf } from "./option.ts";

/** How much is done at a time, and how much trouble a request may make. */
export interface Patience {
  /** How many blobs are sent or fetched at a time; 4 when left out. */
  readonly concurrency?: number;
  /** How often a failed request is repeated; 5 times when left out. */
  readonly retries?: number;
  /** How long a request may make no progress, in milliseconds; a minute when left out. */
  readonly timeout?: number;
}

/** How a registry is talked to, and who we are there. */
export interface Reaching extends Patience {
  /** User name and password with a colon between them; without a colon, a token. */
  readonly creds?: string;
  readonly username?: string;
  /** Whether the password is read from standard input. */
  readonly passwordStdin?: boolean;
  /** A Docker config file to take credentials from, and no other place. */
  readonly registryConfig?: string;
  /** Whether to speak HTTP without TLS; a host of the loopback interface needs no word of that. */
  readonly plainHttp?: boolean;
  /** Whether to take any certificate. */
  readonly insecure?: boolean;
  /** A PEM file with certificate authorities to trust. */
  readonly caFile?: string;
  /** A PEM file with the client certificate. */
  readonly certFile?: string;
  /** A PEM file with the key of the client certificate. */
  readonly keyFile?: string;
}

const { concurrency, retries, timeout } = REGISTRY_DEFAULTS;
const group = "Registry:";

/** Every option of {@linkcode Reaching}, in the order of the help. */
export const REACHING = {
  creds: {
    kind: { kind: "text", mayBeEmpty: true },
    flag: {
      group,
      argument: "<user:password>",
      help: "credentials (visible to other processes: prefer --password-stdin)",
    },
  },
  username: {
    kind: { kind: "text", mayBeEmpty: true },
    flag: { group, short: "u", argument: "<name>", help: "user name" },
  },
  passwordStdin: { kind: { kind: "switch" }, flag: { group, help: "read the password from standard input" } },
  registryConfig: {
    kind: { kind: "path" },
    flag: { group, argument: "<path>", help: "Docker config file to take credentials from, and no other place" },
  },
  plainHttp: {
    kind: { kind: "switch" },
    default: false,
    flag: { group, help: "speak HTTP without TLS (loopback hosts need no flag)" },
  },
  insecure: {
    kind: { kind: "switch" },
    default: false,
    flag: { group, help: "do not verify the certificate of the registry" },
  },
  caFile: {
    kind: { kind: "path" },
    flag: { group, argument: "<path>", help: "PEM file with certificate authorities to trust" },
  },
  certFile: {
    kind: { kind: "path" },
    flag: { group, argument: "<path>", help: "PEM file with the client certificate" },
  },
  keyFile: {
    kind: { kind: "path" },
    flag: { group, argument: "<path>", help: "PEM file with the client key" },
  },
  concurrency: {
    kind: { kind: "whole number", least: 1, most: 64 },
    default: concurrency,
    field: "How many blobs are sent at a time.",
    plugins: ["upload/registry.concurrency"],
    flag: { group, argument: "<number>", help: `blobs at a time (default ${concurrency})` },
  },
  retries: {
    kind: { kind: "whole number", least: 0, most: 20 },
    default: retries,
    field: "How often a failed request is repeated.",
    flag: { group, argument: "<number>", help: `how often a failed request is repeated (default ${retries})` },
  },
  timeout: {
    kind: { kind: "duration" },
    default: timeout,
    field: "How long a request may make no progress before it is given up, such as 30s, 5m or 1h.",
    flag: {
      group,
      argument: "<duration>",
      help: `give up a request that makes no progress for so long (default ${timeout / 60_000}m)`,
    },
  },
} as const satisfies { readonly [Name in keyof Reaching]-?: OptionOf<NonNullable<Reaching[Name]>> };
