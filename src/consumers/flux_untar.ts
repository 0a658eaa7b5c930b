import type { JudgedLayer, Member } from "./artifact.ts";
import { type Finding, listed, note, refuse } from "./consumer.ts";

/**
 * What the library refuses that Flux and Timoni unpack with.
 *
 * @param who The consumer, as the beginning of a sentence.
 * @see {@link https://github.com/fluxcd/pkg/blob/tar/v1.4.0/tar/untar.go | fluxcd/pkg tar 1.4.0, untar.go}
 */
export function* fluxUntar(layer: JudgedLayer, who: string): Generator<Finding, void, void> {
  const { compression, format, problem, members, descriptor: { digest } } = layer;
  if (compression !== "gzip") {
    const what = compression === "none" ? "is not compressed" : `is compressed with ${compression}`;
    yield refuse(`${who} unpacks gzip and nothing else, and layer ${digest} ${what}`, "Compress it with gzip");
    return;
  }
  if (format !== "tar") {
    yield refuse(`${who} unpacks a tar, and layer ${digest} is none`, "Publish a gzip-compressed tar");
    return;
  }
  if (problem !== undefined) {
    yield refuse(`${who} cannot unpack layer ${digest}: ${problem}`, "Publish it again: the archive is damaged");
    return;
  }
  const names = members.map(({ path }) => path).filter(isRefused);
  if (names.length > 0) {
    yield refuse(
      `${who} refuses paths that are absolute or hold "\\" or "../": ${listed(names)}`,
      "Name all files relative to the root of the archive, with / between the parts",
    );
  }
  const odd = members.filter(({ type }) => type === "device" || type === "fifo").map(({ path }) => path);
  if (odd.length > 0) yield refuse(`${who} refuses devices and pipes: ${listed(odd)}`, "Leave them out");
  const links = members.filter(({ type }) => type === "symlink").map(({ path }) => path);
  if (links.length > 0) yield note(`${who} leaves symbolic links out: ${listed(links)}`);
}

function isRefused(path: string): boolean {
  return path === "" || path.startsWith("/") || path.includes("\\") || path.includes("../");
}

/** How many bytes the files of a layer have when they are unpacked. */
export function unpackedSize(members: readonly Member[]): number {
  return members.reduce((sum, { size }) => sum + size, 0);
}
