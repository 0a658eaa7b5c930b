import type { Command } from "commander";
import { duration, wholeNumber } from "../options.ts";

/** The flags that say how a registry is talked to; what was not given is absent. */
export interface RegistryFlags {
  readonly creds?: string;
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly registryConfig?: string;
  readonly plainHttp?: boolean;
  readonly insecure?: boolean;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly concurrency?: number;
  readonly retries?: number;
  readonly timeout?: number;
}

/** Declares the flags of every command that may talk to a registry. */
export function addRegistryFlags(command: Command): void {
  command
    .optionsGroup("Registry:")
    .option("--creds <user:password>", "credentials (visible to other processes: prefer --password-stdin)")
    .option("-u, --username <name>", "user name")
    .option("--password-stdin", "read the password from standard input")
    .option("--registry-config <path>", "Docker config file to take credentials from, and no other place")
    .option("--plain-http", "speak HTTP without TLS (loopback hosts need no flag)")
    .option("--insecure", "do not verify the certificate of the registry")
    .option("--ca-file <path>", "PEM file with certificate authorities to trust")
    .option("--cert-file <path>", "PEM file with the client certificate")
    .option("--key-file <path>", "PEM file with the client key")
    .option("--concurrency <number>", "blobs at a time (default 4)", wholeNumber(1, 64))
    .option("--retries <number>", "how often a failed request is repeated (default 5)", wholeNumber(0, 20))
    .option("--timeout <duration>", "give up a request that makes no progress for so long (default 1m)", duration);
}
