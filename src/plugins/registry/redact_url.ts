import { isDigest } from "../../oci/digest.ts";

/** Writes a URL for people: no userinfo, no fragment, and of the query only the names of its parameters. */
export function redactUrl(url: URL): string {
  const names = [...new Set(url.searchParams.keys())].map((name) => `${encodeURIComponent(name)}=…`);
  return `${url.protocol}//${url.host}${url.pathname}${names.length === 0 ? "" : `?${names.join("&")}`}`;
}

/** A shorter value of a query is a word or a number, and no secret. */
const SECRET_LENGTH = 16;

/**
 * What may be secret in a URL that a server has made: signatures, keys and sessions are in its query. Digests, which are
 * there too, are none.
 */
export function secretsInQuery(url: URL): readonly string[] {
  return [...url.searchParams.values()].filter((value) => value.length >= SECRET_LENGTH && !isDigest(value));
}
