/**
 * Which requests go through a proxy, by the variables that Go, curl and Python know: `HTTPS_PROXY`, `HTTP_PROXY`,
 * `ALL_PROXY` and `NO_PROXY`, in upper or in lower case.
 */
import { hostKind } from "./address.ts";

/** Reads an environment variable. */
export type Env = (name: string) => string | undefined;

/** A proxy, and who we are there. */
export interface Proxy {
  /** Scheme, host and port, without credentials. */
  readonly url: string;
  /** The host alone, without a port. */
  readonly hostname: string;
  /** The port as a number, whether or not the variable names it. */
  readonly port: number;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** The variable that names it. */
  readonly variable: string;
}

/**
 * Finds the proxy for a URL.
 *
 * A host of this machine has none, whatever the variables say: to the proxy, `localhost` is another machine. The
 * variable for the URL's scheme comes before `ALL_PROXY`, upper case before lower case, and one that is empty is not
 * set.
 *
 * @throws {TypeError} When the variable does not name a proxy that can be used.
 */
export function proxyFor(url: URL, env: Env): Proxy | undefined {
  if (hostKind(url.hostname) === "loopback") return undefined;
  const names = [...(url.protocol === "https:" ? HTTPS_VARIABLES : HTTP_VARIABLES), "ALL_PROXY", "all_proxy"];
  const variable = names.find((name) => env(name));
  if (variable === undefined || isExempt(url, env("NO_PROXY") || env("no_proxy") || "")) return undefined;
  return parseProxy(env(variable) ?? "", variable);
}

const HTTPS_VARIABLES = ["HTTPS_PROXY", "https_proxy"];
const HTTP_VARIABLES = ["HTTP_PROXY", "http_proxy"];

/** The ports that proxies of a scheme have unless they say otherwise. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "http:": 80,
  "https:": 443,
  "socks5:": 1080,
  "socks5h:": 1080,
};

function parseProxy(text: string, variable: string): Proxy {
  // Many write HOST:PORT, and mean a proxy that is spoken to over HTTP.
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim()) ? text.trim() : `http://${text.trim()}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  const usual = url && DEFAULT_PORTS[url.protocol];
  // The text is not shown: it may hold a password.
  if (url === undefined || usual === undefined || url.hostname === "") {
    throw new TypeError(`Cannot use the proxy that ${variable} names: it is not the URL of an HTTP or SOCKS5 proxy`);
  }
  const port = url.port === "" ? usual : Number(url.port);
  return {
    url: `${url.protocol}//${url.hostname}:${port}`,
    hostname: url.hostname,
    port,
    variable,
    ...(url.username === "" ? {} : {
      credentials: { username: decoded(url.username), password: decoded(url.password) },
    }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Tells whether a list like that of `NO_PROXY` names the host of a URL. Entries are separated by commas or spaces: `*`,
 * a name, which stands for everything below it as well, with or without a dot or `*.` before it, an address, a network
 * such as `10.0.0.0/8`, and any of these with a port. An IPv6 address may stand in brackets.
 */
function isExempt(url: URL, list: string): boolean {
  const host = bare(url.hostname);
  const port = url.port === "" ? url.protocol === "https:" ? "443" : "80" : url.port;
  return list.toLowerCase().split(/[\s,]+/).some((entry) => {
    const [, bracketed, plain, onPort] = /^(?:\[([^\]]*)\]|([^:]*)):([0-9]+)$/.exec(entry) ?? [];
    if (onPort !== undefined && onPort !== port) return false;
    return entry !== "" && isNamed(host, bracketed ?? plain ?? entry);
  });
}

function isNamed(host: string, entry: string): boolean {
  if (entry === "*") return true;
  const [network = "", length] = bare(entry).split("/");
  const bits = addressBits(network);
  if (bits !== undefined) {
    const shared = length === undefined ? bits.length : Number(length);
    const own = addressBits(host);
    return own?.length === bits.length && own.slice(0, shared) === bits.slice(0, shared);
  }
  if (addressBits(host) !== undefined) return false;
  const name = entry.replace(/^\*?\./, "").replace(/\.$/, "");
  return name !== "" && (host === name || host.endsWith(`.${name}`));
}

/** A host without the brackets around an IPv6 address and without a dot at its end. */
function bare(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

/** The bits of an IP address as text, so that a network is the beginning of each of its addresses. */
function addressBits(text: string): string | undefined {
  if (/^[0-9]+(?:\.[0-9]+){3}$/.test(text)) return text.split(".").map((part) => binary(Number(part), 8)).join("");
  if (!text.includes(":") || !URL.canParse(`http://[${text}]`)) return undefined;
  const [head = "", tail] = bare(new URL(`http://[${text}]`).hostname).split("::");
  const groups = (part: string): readonly string[] => part === "" ? [] : part.split(":");
  const [first, last] = [groups(head), groups(tail ?? "")];
  const zeros = Array(tail === undefined ? 0 : 8 - first.length - last.length).fill("0");
  const bits = [...first, ...zeros, ...last].map((group) => binary(parseInt(group, 16), 16)).join("");
  // An IPv4 address can be written as an IPv6 address, and is the same one.
  return bits.startsWith(MAPPED_PREFIX) ? bits.slice(MAPPED_PREFIX.length) : bits;
}

const MAPPED_PREFIX = "0".repeat(80) + "1".repeat(16);

function binary(value: number, length: number): string {
  return value.toString(2).padStart(length, "0");
}
