import { type Digest, digestAlgorithm, digestHex, isDigest } from "../oci/digest.ts";

/** The path of a blob in a layout, with `/` between its parts. */
export function blobName(digest: Digest): string {
  return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`;
}

/** The digest that a path in a layout stands for; `undefined` when it is not a blob's. */
export function blobDigest(name: string): Digest | undefined {
  const [blobs, algorithm, hex, ...more] = name.split("/");
  const digest = `${algorithm}:${hex}`;
  return blobs === "blobs" && more.length === 0 && isDigest(digest) ? digest : undefined;
}
