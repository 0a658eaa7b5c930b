/**
 * The certificate authorities that this machine trusts, as Go, curl and OpenSSL find them. Deno has a list of its own,
 * and looks at the machine's only when it is told so as it starts.
 */
import tls from "node:tls";
import { join } from "node:path";
import { readSmallText } from "../../system/read_small_file.ts";
import type { Env } from "./proxy.ts";
import { whyUnreadable } from "../../system/io_error.ts";

/** What {@linkcode systemCertificates} found. */
export interface SystemCertificates {
  /** PEM texts of one certificate each, without those that cannot be used. */
  readonly certificates: readonly string[];
  /** Why what a variable names could not be read, in a sentence that begins with the variable. */
  readonly problem?: string;
}

/** Where systems keep all authorities in one file; the first one that exists counts. */
const USUAL_FILES: readonly string[] = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
const FILE_LIMIT = 16 * 1024 * 1024;
const DIRECTORY_LIMIT = 10_000;

/**
 * Reads the authorities from the file `SSL_CERT_FILE` and the directories of `SSL_CERT_DIR`, or, when neither is set,
 * from where the system keeps them.
 *
 * @param usual The files to look for when nothing is set; those of Linux distributions when left out.
 */
export async function systemCertificates(env: Env, usual = USUAL_FILES): Promise<SystemCertificates> {
  const file = env("SSL_CERT_FILE") || undefined;
  const directories = (env("SSL_CERT_DIR") ?? "").split(Deno.build.os === "windows" ? ";" : ":").filter(Boolean);
  const texts: string[] = [];
  let problem: string | undefined;
  const read = async (variable: string, path: string, work: () => Promise<readonly string[]>): Promise<void> => {
    try {
      texts.push(...await work());
    } catch (error) {
      problem ??= `${variable} ${JSON.stringify(path)} cannot be read, ${whyUnreadable(error)}`;
    }
  };
  if (file !== undefined) await read("SSL_CERT_FILE", file, async () => [await readSmallText(file, FILE_LIMIT)]);
  for (const directory of directories) await read("SSL_CERT_DIR", directory, () => readDirectory(directory));
  if (file === undefined && directories.length === 0) texts.push(...await systemStore(usual));
  const found = new Set(texts.flatMap((text) => text.match(CERTIFICATE_REGEXP) ?? []));
  return { certificates: [...found].filter(isUsable), ...(problem === undefined ? {} : { problem }) };
}

const CERTIFICATE_REGEXP = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

async function systemStore(usual: readonly string[]): Promise<readonly string[]> {
  // Elsewhere the authorities are in no file. Before Deno 2.9 there is no way to ask for them.
  if (Deno.build.os === "windows" || Deno.build.os === "darwin") return tls.getCACertificates?.("system") ?? [];
  for (const path of usual) {
    const text = await readSmallText(path, FILE_LIMIT).catch(() => undefined);
    if (text !== undefined) return [text];
  }
  return [];
}

async function readDirectory(directory: string): Promise<readonly string[]> {
  const texts: string[] = [];
  let count = 0;
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory || ++count > DIRECTORY_LIMIT) continue;
    // What else lies there is nobody's business.
    const text = await readSmallText(join(directory, name), FILE_LIMIT).catch(() => undefined);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** One certificate that is broken, or of a kind that Deno does not know, would make all others useless. */
function isUsable(certificate: string): boolean {
  try {
    Deno.createHttpClient({ caCerts: [certificate] }).close();
    return true;
  } catch {
    return false;
  }
}
