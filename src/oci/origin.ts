/**
 * Origins: the repositories that the artifacts of a bundle come from.
 */
import { parseReference, type RegistryReference } from "./reference.ts";

/** An origin, taken apart. */
export type Origin = Pick<RegistryReference, "repository"> & Partial<Pick<RegistryReference, "host">>;

/**
 * Reads an origin.
 *
 * @returns Its repository, and its host if it has one.
 * @throws {SyntaxError} When it is neither `HOST/REPOSITORY` nor one part of a repository's name.
 */
export function parseOrigin(origin: string): Origin {
  const hasHost = origin.includes("/");
  const reference = parseReference(`oci://${hasHost ? "" : "localhost/"}${origin}`);
  if (reference.kind !== "registry" || reference.tag !== undefined || reference.digest !== undefined) {
    throw new SyntaxError(`Cannot use ${JSON.stringify(origin)} as an origin: it has a tag or a digest`);
  }
  const { host, repository } = reference;
  return { repository, ...(hasHost ? { host } : {}) };
}

/**
 * Reads a full reference as containerd keeps it for a manifest: `HOST/REPOSITORY`, then a tag, the manifest's digest,
 * or both.
 *
 * A name of several parts without a host is one of docker.io, as Docker and containerd read it.
 *
 * @returns `undefined` when it is none, or has another digest.
 */
export function parseFullName(
  name: string,
  digest: string,
): { readonly origin: string; readonly tag?: string } | undefined {
  const [, named = "", tag, pinned] = /^([^@]+?)(?::([^:/@]+))?(?:@(.+))?$/.exec(name) ?? [];
  const origin = /^[^/.:[]+\//.test(named) && !named.startsWith("localhost/") ? `docker.io/${named}` : named;
  if ((tag ?? pinned) === undefined || (pinned ?? digest) !== digest || !isOrigin(origin)) return undefined;
  return { origin, ...(tag === undefined ? {} : { tag }) };
}

/** Tells whether a text is an origin that {@linkcode parseOrigin} accepts. */
export function isOrigin(text: string): boolean {
  return isParsed(() => parseOrigin(text));
}

/** Tells whether a text is the name of a repository, without any host. */
export function isRepository(text: string): boolean {
  return isParsed(() => parseOrigin(`localhost/${text}`));
}

function isParsed(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
