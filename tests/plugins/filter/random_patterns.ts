/** Random ignore patterns, and a tree of paths to try them on. */
import fc from "fast-check";

const DIRECTORIES = ["a", "b", "foo"];
const FILES = ["B", "x.md", "keep.md", "foobar", "a-b", "!x", "#x", "sp ", "-", "]", "\u00e9"];

/** Paths three levels deep; directories end in `/`. */
export const PATHS: readonly string[] = pathsBelow("", 3);

function pathsBelow(directory: string, levels: number): readonly string[] {
  const names = levels > 1 ? DIRECTORIES : [];
  return [
    ...FILES.map((name) => directory + name),
    ...names.flatMap((name) => [`${directory}${name}/`, ...pathsBelow(`${directory}${name}/`, levels - 1)]),
    ...(levels > 1 ? [] : DIRECTORIES.map((name) => directory + name)),
  ];
}

const ORDINARY = ["a", "b", "foo", "B", "x.md", "keep.md", "foobar", "*.md", "*", "**", "f*", "?", "[ab]", "*o*"];
const HOSTILE = [
  ...["[!a]", "[^a]", "[a-c]", "[c-a]", "[]a]", "[a-]", "[-a]", "[[:alpha:]]", "[", "[a", "[a\\]b]", "[*]", "\\["],
  ...["a**", "**b", "f**r", "***", "\\*", "\\a", "\\", "a\\", "sp\\ ", "sp ", "sp  ", "x.md\t", "{a,b}", "", ".", ".."],
  ...[
    "!x",
    "#x",
    "\\!x",
    "\\#x",
    "a\\/b",
    "\u00e9",
    "??",
    "*\u00a9",
    "[\u00e8-\u00ea]",
    "[^a]?",
    "***r",
    "fo**",
    "a*b*",
    "[a-",
    "[^]a]",
  ],
];

/** One pattern: plain ones, and such as nobody writes on purpose. */
export const patternArbitrary: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("", "", "", "!"),
    fc.constantFrom("", "", "/"),
    fc.array(fc.oneof({ arbitrary: fc.constantFrom(...ORDINARY), weight: 3 }, fc.constantFrom(...HOSTILE)), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.constantFrom("", "", "/"),
  )
  .map(([negation, root, parts, end]) => negation + root + parts.join("/") + end);
