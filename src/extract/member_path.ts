import type { ExtractionRule } from "./extraction_error.ts";
import type { ExtractionRules } from "./extraction_rules.ts";

/** Why a path is not taken: the second half of a sentence. */
export interface MemberPathProblem {
  readonly rule: ExtractionRule;
  readonly why: string;
}

/** Devices of DOS, which Windows finds in every directory, whatever the ending of the name. */
const WINDOWS_DEVICE_REGEXP = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])[ .]*(?:[.:].*)?$/iu;
/** Windows takes ".. " for "..". */
const DOTS_REGEXP = /^[. ]+$/;
const CUT_REGEXP = /[. ]$/;
const DRIVE_REGEXP = /^[a-z]:/i;
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const CONTROL_REGEXP = /[\u0000-\u001f\u007f]/;
const ASCII_REGEXP = /^[ -~]*$/;
/** What stands in the place of bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";
/** The longest name that common file systems hold, in bytes. */
const NAME_LENGTH_LIMIT = 255;
const ENCODER = new TextEncoder();

/** The parts of a path as a tar or a title has it: without `./` before it and `/` after it. The root has none. */
export function pathParts(name: string): readonly string[] {
  return name.split("/").filter((part) => part !== "" && part !== ".");
}

/**
 * Says why a path is not taken, whoever wrote it; `undefined` when it is harmless.
 *
 * A path that passes leads to a place below the directory on every system, as long as nothing on the way is a link.
 */
export function pathProblem(
  name: string,
  { maxPathLength, maxDepth, names }: Pick<ExtractionRules, "maxPathLength" | "maxDepth" | "names">,
): MemberPathProblem | undefined {
  if (isLonger(name, maxPathLength)) {
    const length = ENCODER.encode(name).byteLength;
    return { rule: "path-length", why: `its path has ${length} bytes, and ${maxPathLength} are allowed` };
  }
  const parts = pathParts(name);
  const harm = harmOf(name, parts);
  if (harm !== undefined) return { rule: "path", why: harm };
  if (parts.length > maxDepth) {
    return { rule: "depth", why: `its path has ${parts.length} parts, and ${maxDepth} are allowed` };
  }
  const why = names === "any" && Deno.build.os !== "windows" ? undefined : unportableName(parts);
  return why === undefined ? undefined : { rule: "name", why };
}

/** What a name becomes on file systems that tell fewer names apart: two names that give the same are one there. */
export function foldedName(name: string): string {
  // Upper case first: it makes one of letters such as the two small sigmas, which lower case alone keeps apart.
  const folded = ASCII_REGEXP.test(name)
    ? name.toLowerCase()
    : name.normalize("NFD").toUpperCase().toLowerCase().normalize("NFD");
  // Windows cuts these off. A regular expression would look at a run of them again from each of its dots.
  let end = folded.length;
  while (". ".includes(folded.charAt(end - 1)) && end > 0) end--;
  return folded.slice(0, end);
}

function harmOf(name: string, parts: readonly string[]): string | undefined {
  if (name === "") return "its path is empty";
  // The root of an archive is the directory itself, also when kaniko calls it "/".
  if (name.startsWith("/") && parts.length > 0) return "its path is absolute";
  if (name.includes("\\")) return "its path holds a backslash";
  if (parts.includes("..")) return "its path leads out of the directory";
  if (parts.some((part) => DOTS_REGEXP.test(part))) return "a part of its path is nothing but dots and spaces";
  if (CONTROL_REGEXP.test(name)) return "its path holds a control character";
  if (name.includes(REPLACEMENT) || !name.isWellFormed()) return "its path is not valid UTF-8";
  if (parts.some((part) => isLonger(part, NAME_LENGTH_LIMIT))) {
    return `a part of its path has more than ${NAME_LENGTH_LIMIT} bytes`;
  }
  return undefined;
}

/** Tells whether a text has more bytes than that. No character of a string becomes more than three. */
function isLonger(text: string, limit: number): boolean {
  return 3 * text.length > limit && ENCODER.encode(text).byteLength > limit;
}

function unportableName(parts: readonly string[]): string | undefined {
  const [first = ""] = parts;
  if (DRIVE_REGEXP.test(first)) return "its path begins with a drive letter";
  const device = parts.find((part) => WINDOWS_DEVICE_REGEXP.test(part));
  if (device !== undefined) return `${JSON.stringify(device)} is a device on Windows`;
  const cut = parts.find((part) => CUT_REGEXP.test(part));
  if (cut !== undefined) return `${JSON.stringify(cut)} has a dot or a space at its end, which Windows cuts off`;
  // Windows writes what stands after a colon into a hidden stream of another file.
  if (Deno.build.os === "windows" && parts.some((part) => part.includes(":"))) return "its path holds a colon";
  return undefined;
}
