import { reasonOf } from "../../plugins/collect/reading_error.ts";
import type { TlsOptions } from "../../registry/http/transport.ts";
import { readSmallText } from "../../system/read_small_file.ts";
import type { RegistryFlags } from "./flags.ts";
import { UsageError } from "../usage_error.ts";

/**
 * Reads the PEM files that flags name.
 *
 * @throws {UsageError} When one cannot be read or is no PEM, or a certificate is given without its key.
 */
export async function readTlsFiles({ insecure, caFile, certFile, keyFile }: RegistryFlags): Promise<TlsOptions> {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new UsageError("--cert-file and --key-file go together: a certificate is shown with its key");
  }
  return {
    ...(insecure ? { insecure } : {}),
    ...(caFile === undefined ? {} : { caCerts: [await readPem(caFile, "CERTIFICATE")] }),
    ...(certFile === undefined || keyFile === undefined ? {} : {
      clientCertificate: { cert: await readPem(certFile, "CERTIFICATE"), key: await readPem(keyFile, "PRIVATE KEY") },
    }),
  };
}

/** How large a file of certificates may be, in bytes; a system's whole store has a few hundred KiB. */
const SIZE_LIMIT = 16 * 1024 * 1024;

async function readPem(path: string, label: string): Promise<string> {
  const text = await readPemText(path);
  if (new RegExp(`-----BEGIN (?:[A-Z]+ )?${label}-----`).test(text)) return text;
  throw new UsageError(`Cannot use ${JSON.stringify(path)}: there is no ${label.toLowerCase()} in PEM form in it`);
}

async function readPemText(path: string): Promise<string> {
  try {
    return await readSmallText(path, SIZE_LIMIT);
  } catch (cause) {
    throw new UsageError(`Cannot read ${JSON.stringify(path)}: ${reasonOf(cause)}`, { cause });
  }
}
