/**
 * URLs that a server chooses: token realms, upload locations, redirects and links. Each is a way to make a client talk
 * to a place it should not talk to, so each is checked before anything is sent there.
 */
import { lookup } from "node:dns/promises";
import { hostKind } from "./address.ts";
import { redactUrl } from "./registry_error.ts";

/** How to read a URL that a server sent. */
export interface ServerUrlOptions {
  readonly what: string;
  readonly base: URL;
  readonly endpoint: URL;
  readonly addresses?: (hostname: string) => Promise<readonly string[]>;
}

/**
 * Parses a URL that a server sent.
 *
 * HTTPS may go anywhere; HTTP is taken only where the registry itself is spoken to over HTTP, and is HTTPS where it is
 * the registry's own. Link-local, unspecified
 * and metadata addresses are refused; private addresses only when the registry is neither there nor private itself, by
 * its address or by all addresses that its name stands for.
 *
 * @param text The URL as it came, absolute or relative.
 * @param options `what` it is, for the message; `base` to resolve it against; `endpoint` of the registry;
 *   `addresses` looks up those of a name, the system's way when left out.
 * @throws {TypeError} Says which rule the URL breaks.
 */
export async function parseServerUrl(text: string, options: ServerUrlOptions): Promise<URL> {
  const { what, base, endpoint, addresses = systemAddresses } = options;
  if (!URL.canParse(text, base)) throw new TypeError(`Cannot use the ${what} of ${endpoint.host}: it is not a URL`);
  const url = asSpoken(new URL(text, base), endpoint);
  const problem = await problemOf(url, endpoint, addresses);
  if (problem === undefined) return url;
  throw new TypeError(`Cannot use the ${what} ${redactUrl(url)} of ${endpoint.host}: ${problem}`);
}

/** A registry behind a proxy that ends TLS may not know of it, and writes `http:` of itself (buildah#4788). */
function asSpoken(url: URL, endpoint: URL): URL {
  if (url.protocol !== "http:" || endpoint.protocol !== "https:") return url;
  const secure = new URL(url);
  secure.protocol = "https:";
  return secure.host === endpoint.host ? secure : url;
}

async function problemOf(
  url: URL,
  endpoint: URL,
  addresses: (hostname: string) => Promise<readonly string[]>,
): Promise<string | undefined> {
  if (url.protocol !== "https:" && url.protocol !== "http:") return `${url.protocol} is not HTTP`;
  if (url.username !== "" || url.password !== "") return "it holds credentials";
  if (url.protocol === "http:" && endpoint.protocol === "https:") return "the registry speaks HTTPS and this is not";
  if (url.hostname === endpoint.hostname) return undefined;
  const kind = hostKind(url.hostname);
  if (kind === "forbidden") return "no registry is at such an address";
  if (kind === "public" || hostKind(endpoint.hostname) !== "public") return undefined;
  const found = await addresses(endpoint.hostname).catch(() => []);
  if (found.length > 0 && found.every((address) => ["private", "loopback"].includes(hostKind(address)))) {
    return undefined;
  }
  return `a ${kind} address is taken only from a registry that is at one`;
}

/** As connections are made: what stands in the system's file of hosts counts. */
async function systemAddresses(hostname: string): Promise<readonly string[]> {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address, family }) => family === 6 ? `[${address}]` : address);
}
