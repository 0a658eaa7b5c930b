const LENGTH_LIMIT = 4096;
const URL_REGEXP = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is;
/** `user@host:path`, `host:path` and `[user@host:port]:path`; a slash before the colon makes it a local path. */
const SCP_REGEXP = /^(?:([^/:[\]]+@)?([^/:@[\]]+|\[[0-9a-f:.]+\])|\[([^/@[\]]+@)?([^/:@[\]]+):[0-9]+\]):(.+)$/is;
const HOST_PORT_REGEXP = /^(\[[0-9a-f:.]+\]|[\p{L}\p{N}._-]+)(?::([0-9]*))?$/iu;
// deno-lint-ignore no-control-regex
const CONTROL_REGEXP = /[\x00-\x1f\x7f]/;

/** Hosts that speak ssh for a web host of another name. */
const WEB_HOSTS: ReadonlyMap<string, string> = new Map([
  ["ssh.github.com", "github.com"],
  ["altssh.gitlab.com", "gitlab.com"],
  ["altssh.bitbucket.org", "bitbucket.org"],
]);
const SSH_REGEXP = /^(?:git\+)?ssh(?:\+git)?$/i;
const AZURE_SSH_HOSTS = ["ssh.dev.azure.com", "vs-ssh.visualstudio.com"];

/**
 * Makes the URL that may be published out of what a remote or a CI variable says.
 *
 * User name and password, query, fragment, a trailing `.git` and trailing slashes are dropped, whatever the scheme.
 * `git@host:org/repo.git`, `ssh://`, `git://` and `git+ssh://` become `https://host/org/repo`, without their port; a
 * port of `http` and `https` stays. The same place always gives the same text, and cleaning it again changes nothing.
 *
 * @returns `undefined` for a local path, for `file://`, and for everything that cannot be told from credentials, such
 * as a URL with an `@` after the host: what is not published cannot leak.
 */
export function cleanSourceUrl(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.length > LENGTH_LIMIT || CONTROL_REGEXP.test(trimmed)) return undefined;
  const address = trimmed.includes("://") ? parseUrl(trimmed) : parseScp(trimmed);
  if (address === undefined || address.path.includes("@")) return undefined;
  const web = onTheWeb(address);
  const cleaned = web && formatAddress(web);
  // Until nothing is left to do: without ".git", "/app/..git" ends in a "." that the next round resolves.
  return cleaned === undefined || cleaned === text ? cleaned : cleanSourceUrl(cleaned);
}

/** A parameter whose value may open something, by its name. */
const SECRET_NAME_REGEXP = /token|secret|pass|pwd|key|cred|auth|sig|jwt|session|code/i;

/**
 * Takes out of a source that somebody has written down what must not be published, and leaves the rest as it is: the
 * `.git` at its end, and what is no URL, such as `localhost`.
 *
 * User name and password are dropped, and so are parameters of query and fragment that are called like a secret.
 * `git@host:org/repo.git` and `ssh://git@host/org/repo.git` name a user and no page, and become what
 * {@linkcode cleanSourceUrl} makes of them: `https://host/org/repo`. Doing it again changes nothing.
 *
 * @returns
 * `undefined` for an empty text, and for everything that cannot be told from credentials, such as a URL with an `@`
 * after the host.
 */
export function withoutCredentials(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > LENGTH_LIMIT || CONTROL_REGEXP.test(trimmed)) return undefined;
  if (!trimmed.includes("://")) {
    return trimmed.includes("@") ? cleanSourceUrl(trimmed) : trimmed;
  }
  const [, scheme = "", authority = "", path = ""] = URL_REGEXP.exec(trimmed) ?? [];
  if (scheme === "" || path.includes("@")) return undefined;
  if (SSH_REGEXP.test(scheme)) return cleanSourceUrl(trimmed);
  // The last "@" ends the user information, because a password may hold one.
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host !== "" && !HOST_PORT_REGEXP.test(host)) return undefined;
  return `${scheme}://${host}${withoutSecretParameters(path)}`;
}

function withoutSecretParameters(path: string): string {
  return path.replaceAll(/[?#][^?#]*/g, (part) => {
    const kept = part.slice(1).split(/[&;]/).filter((parameter) => !SECRET_NAME_REGEXP.test(parameterName(parameter)));
    return kept.join("") === "" ? "" : part.charAt(0) + kept.join("&");
  });
}

function parameterName(parameter: string): string {
  const [name = ""] = parameter.split("=");
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** What is left of a remote's URL without user information. */
interface Address {
  readonly scheme: string;
  /** Host name or bracketed IPv6 address, without a port. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

function formatAddress({ scheme, host, port, path }: Address): string | undefined {
  // The query may hold a token, and so may the fragment.
  const publicPath = path.replace(/[?#].*$/s, "").replace(/^\/+/, "");
  try {
    const url = new URL(`${scheme}://${host}${port === "" ? "" : `:${port}`}/${publicPath}`);
    return `${url.protocol}//${url.host}${url.pathname.replace(/(?:\/|\.git)+$/, "")}`;
  } catch {
    return undefined;
  }
}

function parseUrl(text: string): Address | undefined {
  const [, scheme = "", authority = "", path = ""] = URL_REGEXP.exec(text) ?? [];
  // The last "@" ends the user information, because a password may hold one.
  const [, host, port = ""] = HOST_PORT_REGEXP.exec(authority.slice(authority.lastIndexOf("@") + 1)) ?? [];
  return host === undefined ? undefined : { scheme: scheme.toLowerCase(), host: host.toLowerCase(), port, path };
}

function parseScp(text: string): Address | undefined {
  const match = SCP_REGEXP.exec(text);
  if (match === null) return undefined;
  const [, user = match[3], host = match[4] ?? "", , , path = ""] = match;
  // Without a user it may as well be a drive (`C:\app`) or a shorthand that only this machine knows (`gh:acme/app`).
  if (user === undefined && !/[.:]/.test(host)) return undefined;
  // `name::address` is handed to the program `git-remote-name`.
  if (path.startsWith(":") || !HOST_PORT_REGEXP.test(host)) return undefined;
  return { scheme: "ssh", host: host.toLowerCase(), port: "", path };
}

/** Gives the address that a browser understands, for schemes that only git speaks. */
function onTheWeb(address: Address): Address | undefined {
  switch (address.scheme) {
    case "file":
    case "git+file":
      return undefined;
    case "git+http":
    case "git+https":
      return { ...address, scheme: address.scheme.slice("git+".length) };
    case "git":
    case "ssh":
    case "git+ssh":
    case "ssh+git":
      return fromSsh(address);
    default:
      return address;
  }
}

function fromSsh({ host, path }: Address): Address | undefined {
  if (AZURE_SSH_HOSTS.includes(host)) {
    const [, organization, project, repository] = /^\/?v3\/([^/]+)\/([^/]+)\/([^/]+)\/*$/.exec(path) ?? [];
    if (organization === undefined) return undefined;
    return { scheme: "https", host: "dev.azure.com", port: "", path: `${organization}/${project}/_git/${repository}` };
  }
  return { scheme: "https", host: WEB_HOSTS.get(host) ?? host, port: "", path };
}
