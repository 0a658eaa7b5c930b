/**
 * URLs that a server chooses: token realms, upload locations, redirects and links. Each is a way to make a client talk
 * to a place it should not talk to, so each is checked before anything is sent there.
 */
import { hostKind } from "./address.ts";
import { redactUrl } from "./registry_error.ts";

/**
 * Parses a URL that a server sent.
 *
 * HTTPS may go anywhere; HTTP is taken only where the registry itself is spoken to over HTTP. Link-local, unspecified
 * and metadata addresses are refused; private addresses only when the registry is neither there nor private itself.
 *
 * @param text The URL as it came, absolute or relative.
 * @param options `what` it is, for the message; `base` to resolve it against; `endpoint` of the registry.
 * @throws {TypeError} Says which rule the URL breaks.
 */
export function parseServerUrl(
  text: string,
  options: { readonly what: string; readonly base: URL; readonly endpoint: URL },
): URL {
  const { what, base, endpoint } = options;
  if (!URL.canParse(text, base)) throw new TypeError(`Cannot use the ${what} of ${endpoint.host}: it is not a URL`);
  const url = new URL(text, base);
  const problem = problemOf(url, endpoint);
  if (problem === undefined) return url;
  throw new TypeError(`Cannot use the ${what} ${redactUrl(url)} of ${endpoint.host}: ${problem}`);
}

function problemOf(url: URL, endpoint: URL): string | undefined {
  if (url.protocol !== "https:" && url.protocol !== "http:") return `${url.protocol} is not HTTP`;
  if (url.username !== "" || url.password !== "") return "it holds credentials";
  if (url.protocol === "http:" && endpoint.protocol === "https:") return "the registry speaks HTTPS and this is not";
  if (url.hostname === endpoint.hostname) return undefined;
  const kind = hostKind(url.hostname);
  if (kind === "forbidden") return "no registry is at such an address";
  if (kind === "public" || hostKind(endpoint.hostname) !== "public") return undefined;
  return `a ${kind} address is taken only from a registry that is at one`;
}
