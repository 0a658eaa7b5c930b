import { OptionsError } from "../options/options_error.ts";
import type { Spell } from "../options/spell.ts";
import type { TlsOptions } from "../registry/http/transport.ts";
import { whyUnreadable } from "../system/io_error.ts";
import { readSmallText } from "../system/read_small_file.ts";

/** Whom to trust, and the certificate that is shown. */
export interface TlsChoice {
  /** Whether to take any certificate. */
  readonly insecure?: boolean;
  /** Certificate authorities to trust: the path of a PEM file, or its text. */
  readonly caFile?: string;
  /** The client certificate: the path of a PEM file, or its text. It needs a key. */
  readonly certFile?: string;
  /** The key of the client certificate: the path of a PEM file, or its text. */
  readonly keyFile?: string;
}

/**
 * Reads the PEM files that options name; one of them may hold the text itself.
 *
 * @throws {OptionsError} When one cannot be read or is no PEM, or a certificate is given without its key.
 */
export async function readTls(
  { insecure, caFile, certFile, keyFile }: TlsChoice,
  spell: Spell,
): Promise<TlsOptions> {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new OptionsError(
      `${spell("certFile")} and ${spell("keyFile")} go together: a certificate is shown with its key`,
    );
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

async function readPem(pathOrText: string, label: string): Promise<string> {
  const isText = pathOrText.includes("-----BEGIN ");
  const text = isText ? pathOrText : await readPemText(pathOrText);
  if (new RegExp(`-----BEGIN (?:[A-Z]+ )?${label}-----`).test(text)) return text;
  // A text is not shown: it may hold a key.
  const name = isText ? "a PEM text" : JSON.stringify(pathOrText);
  throw new OptionsError(`Cannot use ${name}: there is no ${label.toLowerCase()} in PEM form in it`);
}

async function readPemText(path: string): Promise<string> {
  try {
    return await readSmallText(path, SIZE_LIMIT);
  } catch (cause) {
    throw new OptionsError(`Cannot read ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
}
