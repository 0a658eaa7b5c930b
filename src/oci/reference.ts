/**
 * References: where an artifact is, as people write it.
 *
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests | OCI distribution-spec 1.1.1, Pulling manifests}
 */
import { type Digest, splitDigest } from "./digest.ts";
import { isTag, parseTag } from "./tag.ts";

/** A repository in a registry: `oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`. */
export interface RegistryReference {
  /** Always `registry`. */
  readonly kind: "registry";
  /** Host name or address, with the port when one was given: `ghcr.io`, `localhost:5000`, `[::1]:5000`. */
  readonly host: string;
  /** Repository name below the host, such as `acme/app`. */
  readonly repository: string;
  /** The tag, when one was given. */
  readonly tag?: string;
  /** The digest, when one was given. */
  readonly digest?: Digest;
}

/** An OCI image layout, as a directory (`oci-layout:PATH`) or as one tar (`oci-archive:PATH`). */
export interface LayoutReference {
  /** `oci-layout` for a directory, `oci-archive` for a tar. */
  readonly kind: "oci-layout" | "oci-archive";
  /** Path of the directory or of the tar, as it was written. */
  readonly path: string;
  /** The tag, when one was given. */
  readonly tag?: string;
  /** The digest, when one was given. */
  readonly digest?: Digest;
}

/** Any place an artifact can be in. */
export type Reference = RegistryReference | LayoutReference;

/** What there is to say of the places of one kind. */
export interface PlaceKind {
  /** How their references begin. */
  readonly scheme: string;
  /** What stands behind that, as help and messages write it. */
  readonly form: string;
  /** What such a place is. */
  readonly what: string;
  /** What is missing where there is none, as the end of a sentence: `there is no …`. */
  readonly missing: string;
  /** What a push does there, as a sentence. */
  readonly pushed: string;
  /** What is at the path; left out for a place that is not on this machine's disk. */
  readonly onDisk?: "directory" | "file";
  /** Reads what stands behind the scheme; throws a `SyntaxError`. */
  readonly parse: (text: string) => Reference;
}

/** The kinds of places. What is left to say of a kind is how its store is opened. */
export const PLACE_KINDS: Readonly<Record<Reference["kind"], PlaceKind>> = {
  registry: {
    scheme: "oci://",
    form: "HOST/REPOSITORY",
    what: "a repository of a registry",
    missing: "such repository",
    pushed: "Pushes to a repository of a registry.",
    parse: parseRegistry,
  },
  "oci-layout": {
    scheme: "oci-layout:",
    form: "PATH",
    what: "an OCI image layout directory",
    missing: "layout",
    pushed: "Writes to an OCI image layout in a directory.",
    onDisk: "directory",
    parse: (text) => parseLayout("oci-layout", text),
  },
  "oci-archive": {
    scheme: "oci-archive:",
    form: "PATH",
    what: "an OCI image layout in one tar",
    missing: "layout",
    pushed: "Writes an OCI image layout in one tar.",
    onDisk: "file",
    parse: (text) => parseLayout("oci-archive", text),
  },
};

/** Their names, in the order of the table. */
export const PLACE_KIND_NAMES = Object.keys(PLACE_KINDS) as readonly Reference["kind"][];
const SCHEMES = Object.values(PLACE_KINDS).map(({ scheme }) => scheme);

/** How every reference begins, for a JSON Schema and for {@linkcode isReference}. */
export const REFERENCE_PATTERN: string = `^(${SCHEMES.join("|")})`;
const REFERENCE_REGEXP = new RegExp(REFERENCE_PATTERN);

/** How references begin, for messages: `oci://, oci-layout: or oci-archive:`. */
export function referenceSchemes(): string {
  return oneOf(SCHEMES);
}

/**
 * How references are written, for help and messages: `oci://HOST/REPOSITORY, oci-layout:PATH or oci-archive:PATH`.
 *
 * @param names The tag and the digest that may stand behind, such as `[:TAG]`; they are written out once.
 */
export function referenceForms(names: string = ""): string {
  return formsOf(PLACE_KIND_NAMES, names);
}

/** How references of layouts are written, for help and messages: `oci-layout:PATH or oci-archive:PATH`. */
export function layoutForms(): string {
  return formsOf(PLACE_KIND_NAMES.filter(isLayoutKind), "");
}

function formsOf(kinds: readonly Reference["kind"][], names: string): string {
  const others = names === "" ? "" : "…";
  return oneOf(kinds.map((kind, at) => {
    const { scheme, form } = PLACE_KINDS[kind];
    return `${scheme}${form}${at === 0 ? names : others}`;
  }));
}

function oneOf(texts: readonly string[]): string {
  return `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}

/** How long host and repository together may be: what most registries and clients agree on. */
const NAME_LENGTH_LIMIT = 255;

const HOST_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const HOST_REGEXP = new RegExp(`^(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[0-9a-fA-F:.]{2,45}\\])(?::([0-9]{1,5}))?$`);
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const CONTROL_REGEXP = /[\u0000-\u001f\u007f-\u009f]/;
const REPOSITORY_PART_REGEXP = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/**
 * Parses a reference.
 *
 * The tag of a layout stands after the last `:` of the last part of its path, so a layout whose directory name holds
 * a `:` cannot be named without one.
 *
 * @param text `oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`, `oci-layout:PATH[:TAG][@DIGEST]` or
 *   `oci-archive:PATH[:TAG][@DIGEST]`.
 * @throws {SyntaxError} Names the reference and what is wrong with it.
 */
export function parseReference(text: string): Reference {
  try {
    return parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot parse reference ${JSON.stringify(shorten(redactUserInfo(text)))}: ${message}`, {
      cause,
    });
  }
}

/** Writes a reference as {@linkcode parseReference} reads it. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${formatRepository(reference)}${tag}${digest}`;
}

/** Writes a reference without its tag and its digest. */
export function formatRepository(reference: Reference): string {
  const { scheme } = PLACE_KINDS[reference.kind];
  if (isLayoutReference(reference)) return `${scheme}${reference.path}`;
  return `${scheme}${reference.host}/${reference.repository}`;
}

/** Tells a reference, valid or not, from the name of a file: whether the text begins with a scheme. */
export function isReference(text: string): boolean {
  return REFERENCE_REGEXP.test(text);
}

/** A reference, or the `url` of a store, without its scheme: `ghcr.io/acme/app`, `./dist/app`. */
export function withoutScheme(url: string): string {
  return url.replace(REFERENCE_REGEXP, "");
}

/** A reference as results print it for programs, which know a registry's without its scheme: `ghcr.io/acme/app`. */
export function printedReference(url: string): string {
  return url.startsWith(PLACE_KINDS.registry.scheme) ? withoutScheme(url) : url;
}

/** The host in a reference or in the `url` of a store, with its port; `undefined` when it is no registry's. */
export function registryHost(url: string): string | undefined {
  return /^oci:\/\/([^/]+)\//.exec(url)?.[1];
}

/** What kind of place a reference or the `url` of a store names; `undefined` when it begins with no scheme. */
export function placeKind(url: string): PlaceKind | undefined {
  return Object.values(PLACE_KINDS).find(({ scheme }) => url.startsWith(scheme));
}

/** Where on this machine's disk the place is; `undefined` when it is not there. */
export function localPath(reference: Reference): string | undefined {
  return "path" in reference ? reference.path : undefined;
}

/** Tells whether a place is an image layout, whatever it is stored in. */
export function isLayoutReference(reference: Reference): reference is LayoutReference {
  return isLayoutKind(reference.kind);
}

function isLayoutKind(kind: Reference["kind"]): kind is LayoutReference["kind"] {
  switch (kind) {
    case "registry":
      return false;
    case "oci-layout":
    case "oci-archive":
      return true;
  }
}

/** Tells whether a place is standard input or standard output: `oci-archive:-`. */
export function isPiped(reference: Reference): boolean {
  return reference.kind === "oci-archive" && reference.path === "-";
}

function parse(text: string): Reference {
  const kind = placeKind(text);
  if (kind !== undefined) return kind.parse(withoutScheme(text));
  // What is left of `localhost:5000/app` and of `app:1.0` is a port and a tag.
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(redactUserInfo(text)) ?? [];
  const meant = scheme &&
    PLACE_KIND_NAMES.filter(isLayoutKind).find((kind) =>
      scheme.toLowerCase().startsWith(kind.slice(0, "oci-x".length))
    );
  if (meant) throw new SyntaxError(`unknown scheme "${shorten(scheme)}:", did you mean "${meant}:"?`);
  const forms = `write ${referenceForms()}`;
  throw new SyntaxError(
    scheme === undefined || isTag(rest) || /^[0-9]+\//.test(rest)
      ? `it has no scheme, ${forms}`
      : `unknown scheme "${shorten(scheme)}:", ${forms}`,
  );
}

function parseRegistry(text: string): RegistryReference {
  const [named, digest] = splitDigest(text);
  const slash = named.indexOf("/");
  if (slash <= 0) throw new SyntaxError("it needs a host and a repository, such as oci://ghcr.io/acme/app");
  // A password may hold a "/", so what stands before an "@" with a "/" after it may be one, wherever it is.
  const at = named.indexOf("@");
  if (at >= 0 && at < named.lastIndexOf("/")) {
    throw new SyntaxError("credentials do not belong in a reference");
  }
  const host = named.slice(0, slash);
  const rest = named.slice(slash + 1);
  const colon = rest.lastIndexOf(":");
  const tagged = colon > rest.lastIndexOf("/");
  const repository = tagged ? rest.slice(0, colon) : rest;
  checkHost(host);
  checkRepository(host, repository);
  return withNames({ kind: "registry", host, repository }, tagged ? rest.slice(colon + 1) : undefined, digest);
}

function parseLayout(kind: LayoutReference["kind"], text: string): LayoutReference {
  const [named, digest] = splitDigest(text);
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/") && colon >= 0;
  const path = tagged ? named.slice(0, colon) : named;
  if (path === "") throw new SyntaxError(`it needs a path, such as ${kind}:./dist/app`);
  if (CONTROL_REGEXP.test(path)) throw new SyntaxError("a path with control characters is not taken");
  return withNames({ kind, path }, tagged ? named.slice(colon + 1) : undefined, digest);
}

function withNames<R extends Reference>(reference: R, tag: string | undefined, digest: Digest | undefined): R {
  return {
    ...reference,
    ...(tag === undefined ? {} : { tag: parseTag(tag) }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function checkHost(host: string): void {
  if (host.length > NAME_LENGTH_LIMIT) throw new SyntaxError("the host is too long");
  const match = HOST_REGEXP.exec(host);
  if (match === null) throw new SyntaxError(`${JSON.stringify(host)} is not a host name with an optional port`);
  if (match[1] !== undefined && !(Number(match[1]) >= 1 && Number(match[1]) <= 65535)) {
    throw new SyntaxError(`port ${match[1]} is not between 1 and 65535`);
  }
}

/**
 * Makes sure that a registry can have a repository of this name.
 *
 * @throws {SyntaxError} Says what is wrong with the name.
 */
export function checkRepository(host: string, repository: string): void {
  if (repository === "") throw new SyntaxError("it needs a repository after the host, such as acme/app");
  if (repository.length > NAME_LENGTH_LIMIT) throw new SyntaxError("the repository is too long");
  for (const part of repository.split("/")) {
    if (REPOSITORY_PART_REGEXP.test(part)) continue;
    const hint = part !== part.toLowerCase() && REPOSITORY_PART_REGEXP.test(part.toLowerCase())
      ? `, repositories are lower case: ${JSON.stringify(part.toLowerCase())}`
      : `, a part of it is a-z and 0-9, joined by ".", "_", "__" or "-"`;
    throw new SyntaxError(`${JSON.stringify(shorten(part))} cannot stand in a repository name${hint}`);
  }
  if (host.length + 1 + repository.length > NAME_LENGTH_LIMIT) {
    throw new SyntaxError(`host and repository are longer than ${NAME_LENGTH_LIMIT} characters`);
  }
}

/**
 * Takes away what may be credentials: all before an "@" that a "/" follows, and all before one in the place of a host.
 */
export function redactUserInfo(text: string): string {
  if (placeKind(text)?.onDisk !== undefined) return text;
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@(?=[^/@]*\/)/is, "$1")
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
