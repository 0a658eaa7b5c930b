import type { TarHeader } from "../../../src/oci/tar/header.ts";

/** Headers around every limit of ustar: lengths 1 to 400, with and without slashes, in and out of ASCII. */
export function tarHeaderCases(): readonly TarHeader[] {
  return [...fixed(), ...byLength()];
}

function fixed(): readonly TarHeader[] {
  const GIBIBYTE = 1024 ** 3;
  return [
    directory("."),
    directory("deploy"),
    directory("deploy/"),
    directory("\u00e9t\u00e9"),
    file("a", { mode: 0o755 }),
    file("empty", { size: 0 }),
    file("one block", { size: 512 }),
    file("control\u0001\n\u007f"),
    file("back\\slash"),
    file("up to ustar", { size: 8 * GIBIBYTE - 1 }),
    file("over ustar", { size: 8 * GIBIBYTE }),
    file("largest", { size: Number.MAX_SAFE_INTEGER }),
    file(`${"d".repeat(120)}/splits, and is large`, { size: 8 * GIBIBYTE }),
    file("\u00e9", { size: 8 * GIBIBYTE }),
    // Composed and decomposed forms are different names.
    file("caf\u00e9"),
    file("cafe\u0301"),
    file("\u{1f600}/\u6f22\u5b57"),
    // The cut name ends in a slash, which old readers take for a directory.
    file(`\u00e9${"n".repeat(99)}/f`),
  ];
}

function byLength(): readonly TarHeader[] {
  return Array.from({ length: 400 }, (_, at) => at + 1).flatMap((length) => [
    file("n".repeat(length)),
    directory("n".repeat(length)),
    directory(`${"n".repeat(length)}/`),
    file("ab/cd/efgh/".repeat(40).slice(0, length - 1) + "z"),
    directory("ab/cd/efgh/".repeat(40).slice(0, length - 1) + "z/"),
    file("\u00e9t\u00e9/\u6f22/x".repeat(70).slice(0, length - 1) + "z"),
    ...[99, 100, 101, 154, 155, 156].filter((slash) => slash < length - 1).map((slash) =>
      file(`${"p".repeat(slash)}/${"n".repeat(length - slash - 1)}`)
    ),
  ]);
}

function file(name: string, more: { readonly mode?: number; readonly size?: number } = {}): TarHeader {
  return { name, type: "file", mode: 0o644, size: 3, ...more };
}

function directory(name: string): TarHeader {
  return { name, type: "directory", mode: 0o755, size: 0 };
}
