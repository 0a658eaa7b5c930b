import type { Kind } from "../../options/kind.ts";
import type { Option } from "../../options/option.ts";
import { OptionsError } from "../../options/options_error.ts";
import { PUBLISHING, type Publishing, type PublishingName } from "../../options/publishing.ts";
import type { OptionLayer } from "../../options/wanted.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import { readSmallFile } from "../../system/read_small_file.ts";
import type { YamlProblem } from "../../yaml/read_yaml.ts";

const TABLE: Readonly<Record<PublishingName, Option & { readonly file?: PublishingName }>> = PUBLISHING;
const NAMES = Object.keys(PUBLISHING) as readonly PublishingName[];

/**
 * Reads the files that options name in which the values of other options are, such as `annotationFile`.
 *
 * @returns What is said in the files, and above it what is said beside them.
 * @throws {OptionsError} When a file cannot be read, or is something else; names every problem with line and column.
 */
export async function withFilesRead(layer: OptionLayer): Promise<readonly OptionLayer[]> {
  const read = NAMES.map((name) => layerIn(name, layer));
  return [...(await Promise.all(read)).flat(), layer];
}

/** What the file says that an option names; nothing where it names none. */
async function layerIn(name: PublishingName, { by, values }: OptionLayer): Promise<readonly OptionLayer[]> {
  const { file: option } = TABLE[name];
  const path = values[name];
  if (option === undefined || typeof path !== "string" || path === "") return [];
  const what = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const read = READERS[TABLE[option].kind.kind];
  if (read === undefined) throw new TypeError(`Cannot read ${what}: nobody knows how ${option} stand in a file`);
  const found: Publishing = { [option]: await read(path, what) };
  return [{ by, values: found, origin: () => ({ name: path, place: path, isFile: true }) }];
}

/** How values of a kind stand in a file. */
const READERS: { readonly [Name in Kind["kind"]]?: (path: string, what: string) => Promise<unknown> } = {
  pairs: readPairs,
};

/** An object of texts, in YAML or JSON, which is YAML too. */
async function readPairs(path: string, what: string): Promise<Readonly<Record<string, string>>> {
  const text = await readText(path, what);
  // Imported only now, because most runs have no such file.
  const { readYaml } = await import("../../yaml/read_yaml.ts");
  const { locateProblems } = await import("../../yaml/locate_problems.ts");
  const { root, problems } = readYaml(text);
  if (root === undefined || problems.length > 0) throw wrong(problems);
  if (root.kind !== "object") throw wrong([{ offset: root.offset, message: "it must be an object" }]);
  const unfit = root.members.flatMap(({ key, keyOffset, value }, at) => {
    const again = root.members.findIndex((other) => other.key === key) < at;
    if (key === "") return [{ offset: keyOffset, message: "a key must not be empty" }];
    if (again) return [{ offset: keyOffset, message: `the key ${JSON.stringify(key)} is there twice` }];
    if (value.kind === "scalar" && typeof value.value === "string") return [];
    const advice = value.kind === "scalar" ? ": put it in quotes" : "";
    return [{ offset: value.offset, message: `${JSON.stringify(key)} must be a string${advice}` }];
  });
  if (unfit.length > 0) throw wrong(unfit);
  return Object.fromEntries(
    root.members.map(({ key, value }) => [key, value.kind === "scalar" ? String(value.value) : ""]),
  );

  function wrong(problems: readonly YamlProblem[]): OptionsError {
    const lines = locateProblems(text, path, problems);
    return new OptionsError(lines.join("\n"), { problems: lines });
  }
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readSmallFile(path));
  } catch (cause) {
    const reason = cause instanceof TypeError ? "it is not UTF-8" : whyUnreadable(cause);
    throw new OptionsError(`Cannot read ${what} ${JSON.stringify(path)}: ${reason}`, { cause });
  }
}
