/** Where a repository is: what is left of a remote's URL when everything that is not for publication is gone. */
interface Place {
  readonly scheme: string;
  /** Host name or bracketed IPv6 address, without a port. */
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

const LENGTH_LIMIT = 4096;
const URL_REGEXP = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is;
/** `user@host:path`, `host:path` and `[user@host:port]:path`; a slash before the colon makes it a local path. */
const SCP_REGEXP = /^(?:([^/:[\]]+@)?([^/:@[\]]+|\[[0-9a-f:.]+\])|\[([^/@[\]]+@)?([^/:@[\]]+):[0-9]+\]):(.+)$/is;
const HOST_PORT_REGEXP = /^(\[[0-9a-f:.]+\]|[\p{L}\p{N}._-]+)(?::([0-9]*))?$/iu;
// deno-lint-ignore no-control-regex
const CONTROL_REGEXP = /[\x00-\x1f\x7f]/;

/** Hosts that speak ssh for a web host of another name. */
const WEB_HOSTS: Readonly<Record<string, string>> = {
  "ssh.github.com": "github.com",
  "altssh.gitlab.com": "gitlab.com",
  "altssh.bitbucket.org": "bitbucket.org",
};
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
  const place = trimmed.includes("://") ? parseUrl(trimmed) : parseScp(trimmed);
  if (place === undefined || place.path.includes("@")) return undefined;
  const web = onTheWeb(place);
  const cleaned = web && formatPlace(web);
  // Until nothing is left to do: without ".git", "/app/..git" ends in a "." that the next round resolves.
  return cleaned === undefined || cleaned === text ? cleaned : cleanSourceUrl(cleaned);
}

function formatPlace({ scheme, host, port, path }: Place): string | undefined {
  // The query may hold a token, and so may the fragment.
  const publicPath = path.replace(/[?#].*$/s, "").replace(/^\/+/, "");
  try {
    const url = new URL(`${scheme}://${host}${port === "" ? "" : `:${port}`}/${publicPath}`);
    return `${url.protocol}//${url.host}${url.pathname.replace(/(?:\/|\.git)+$/, "")}`;
  } catch {
    return undefined;
  }
}

function parseUrl(text: string): Place | undefined {
  const [, scheme = "", authority = "", path = ""] = URL_REGEXP.exec(text) ?? [];
  // The last "@" ends the user information, because a password may hold one.
  const [, host, port = ""] = HOST_PORT_REGEXP.exec(authority.slice(authority.lastIndexOf("@") + 1)) ?? [];
  return host === undefined ? undefined : { scheme: scheme.toLowerCase(), host: host.toLowerCase(), port, path };
}

function parseScp(text: string): Place | undefined {
  const match = SCP_REGEXP.exec(text);
  if (match === null) return undefined;
  const [, user = match[3], host = match[4] ?? "", , , path = ""] = match;
  // Without a user it may as well be a drive (`C:\app`) or a shorthand that only this machine knows (`gh:acme/app`).
  if (user === undefined && !/[.:]/.test(host)) return undefined;
  // `name::address` is handed to the program `git-remote-name`.
  if (path.startsWith(":") || !HOST_PORT_REGEXP.test(host)) return undefined;
  return { scheme: "ssh", host: host.toLowerCase(), port: "", path };
}

/** Gives the place that a browser finds, for schemes that only git speaks. */
function onTheWeb(place: Place): Place | undefined {
  switch (place.scheme) {
    case "file":
    case "git+file":
      return undefined;
    case "git+http":
    case "git+https":
      return { ...place, scheme: place.scheme.slice("git+".length) };
    case "git":
    case "ssh":
    case "git+ssh":
    case "ssh+git":
      return fromSsh(place);
    default:
      return place;
  }
}

function fromSsh({ host, path }: Place): Place | undefined {
  if (AZURE_SSH_HOSTS.includes(host)) {
    const [, organization, project, repository] = /^\/?v3\/([^/]+)\/([^/]+)\/([^/]+)\/*$/.exec(path) ?? [];
    if (organization === undefined) return undefined;
    return { scheme: "https", host: "dev.azure.com", port: "", path: `${organization}/${project}/_git/${repository}` };
  }
  return { scheme: "https", host: WEB_HOSTS[host] ?? host, port: "", path };
}
