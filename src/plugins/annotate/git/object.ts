import { createHash } from "node:crypto";

/** An object of a repository. What a tree or a blob holds is never read. */
export type GitObject = {
  readonly type: "commit" | "tag";
  readonly body: Uint8Array<ArrayBuffer>;
} | {
  readonly type: "tree" | "blob";
};

/** The length of a raw object name: SHA-1 or SHA-256, as its hexadecimal form tells. */
export function hashLengthOf(id: string): number {
  return id.length / 2;
}

/**
 * Checks that an object is the one that its name says.
 *
 * @throws {Error} When it is not: the repository is damaged.
 */
export function verifyObject(id: string, object: GitObject): void {
  if (!("body" in object)) return;
  const hash = createHash(id.length === 64 ? "sha256" : "sha1");
  hash.update(`${object.type} ${object.body.byteLength}\0`).update(object.body);
  if (hash.digest("hex") !== id) throw new Error(`Cannot use object ${id}: its content does not match its name`);
}

/**
 * Reads from a commit when it was committed.
 *
 * @returns Seconds since 1970.
 * @throws {SyntaxError} When the commit does not say so.
 */
export function committerTime(body: Uint8Array): number {
  const seconds = /^committer [^\n]*> *([0-9]+)/m.exec(headersOf(body))?.[1];
  if (seconds === undefined) throw new SyntaxError("Cannot parse commit: it has no committer with a time");
  return Number(seconds);
}

/** Reads from a commit which commits it was made of: one, or several when it is a merge. */
export function commitParents(body: Uint8Array): readonly string[] {
  return [...headersOf(body).matchAll(/^parent ([0-9a-f]{40}|[0-9a-f]{64})$/gm)].map(([, id = ""]) => id);
}

/**
 * Reads from an annotated tag what it points to.
 *
 * @throws {SyntaxError} When the tag does not say so.
 */
export function tagTarget(body: Uint8Array): { readonly id: string; readonly type: string } {
  const [, id, type] = /^object ([0-9a-f]{40}|[0-9a-f]{64})\ntype ([a-z]+)(?:\n|$)/.exec(headersOf(body)) ?? [];
  if (id === undefined || type === undefined) throw new SyntaxError("Cannot parse tag: it does not name its object");
  return { id, type };
}

function headersOf(body: Uint8Array): string {
  return new TextDecoder().decode(body).split("\n\n", 1)[0] ?? "";
}
